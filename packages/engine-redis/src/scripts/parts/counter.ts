import type { LuaPart } from '../script.js';
import { clockPart } from './clock.js';
import { namesPart } from './names.js';

/**
 * The bucket's counter of keys, revisions and order of creation: max(last + 1, microseconds since 1970). Numbers of 16
 * digits: Lua's tostring and `..` keep 14 of them, so they go through `digits`, or as numbers straight into redis.call.
 */
export const counterPart: LuaPart = {
  name: 'counter',
  needs: [clockPart, namesPart],
  text: `
    local function digits(n) return string.format('%.0f', n) end
    local last
    local function next_key()
      if not last then last = tonumber(redis.call('GET', K) or '0') end
      last = math.max(last + 1, micros)
      redis.call('SET', K, digits(last))
      return last
    end`,
};
