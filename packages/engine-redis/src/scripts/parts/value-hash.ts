import type { LuaPart } from '../script.js';

/** 16 digits of a hash of a value; of its ends and length where it is long, since whoever searches verifies. */
export const valueHashPart: LuaPart = {
  name: 'value-hash',
  text: `
    local function value_hash(value)
      local n = #value
      if n > 1024 then value = n .. ':' .. string.sub(value, 1, 256) .. string.sub(value, -256) end
      return string.sub(redis.sha1hex(value), 1, 16)
    end`,
};
