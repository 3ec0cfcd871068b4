import type { LuaPart } from '../script.js';

/** The keys of scope `bucket` and whom a script is about. `id_of('')` is the session itself, `id_of(s)` its sub-session. */
export const namesPart: LuaPart = {
  name: 'names',
  text: `
    local F, D, E, I, K, L, W = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
    local sub, id, with_data = ARGV[2], ARGV[3], ARGV[4] ~= ''
    local base = id
    if sub ~= '' then base = string.sub(id, 1, #id - #sub - 1) end
    local function id_of(s)
      if s == '' then return base end
      return base .. '/' .. s
    end
    local function split(list)
      local items = {}
      for item in string.gmatch(list or '', '[^%z]+') do items[#items + 1] = item end
      return items
    end`,
};
