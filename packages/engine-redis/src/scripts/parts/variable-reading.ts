import type { LuaPart } from '../script.js';
import { standingPart } from './standing.js';

/** All variables of a session, name and value one after the other, in the order in which they were first set. */
export const variableReadingPart: LuaPart = {
  name: 'variable-reading',
  needs: [standingPart],
  text: `
    local function variables_of(s)
      local names, flat = split(redis.call('HGET', F, 'n' .. s)), {}
      for from = 1, #names, 500 do
        local fields = {}
        for i = from, math.min(from + 499, #names) do fields[#fields + 1] = 'v' .. s .. '\\0' .. names[i] end
        local values = redis.call('HMGET', F, unpack(fields))
        for i = 1, #fields do
          flat[#flat + 1] = names[from + i - 1]
          flat[#flat + 1] = values[i]
        end
      end
      return flat
    end`,
};
