import type { LuaPart } from '../script.js';
import { familyPart } from './family.js';

/** The keys of scope `bucket` and whom a script is about. `id_of('')` is the session itself, `id_of(s)` its sub-session. */
export const namesPart: LuaPart = {
  name: 'names',
  needs: [familyPart],
  text: `
    local D, E, I, K, L, W = KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
    local id, wants_events, with_data = ARGV[3], ARGV[4] ~= '', ARGV[4] == '1'
    local base = id
    if sub ~= '' then base = string.sub(id, 1, #id - #sub - 1) end
    local function id_of(s)
      if s == '' then return base end
      return base .. '/' .. s
    end`,
};
