import type { LuaPart } from '../script.js';
import { counterPart } from './counter.js';
import { namesPart } from './names.js';
import { standingPart } from './standing.js';

/**
 * How sessions are made and filed under their deadlines. Entries of the deadline sets may be early, never late: renewing
 * touches the record alone, and the sweeper puts early entries back.
 */
export const lifePart: LuaPart = {
  name: 'life',
  needs: [namesPart, counterPart, standingPart],
  text: `
    local function entry_of(s) return redis.call('HGET', F, 's' .. s) .. id_of(s) end
    local function file(s)
      local deadline = deadline_of(s)
      if not deadline or (base == 'globals' and s == '') then return end
      redis.call('ZADD', s == '' and D or E, deadline == math.huge and '+inf' or deadline, entry_of(s))
    end
    local function seconds_of(timeout)
      if timeout == '' or string.sub(timeout, 1, 1) == '-' then return ARGV[5] end
      return timeout
    end
    local function set_timeout(s, timeout)
      local seconds = seconds_of(timeout)
      redis.call('HSET', F, 't' .. s, seconds)
      touch(s)
      file(s)
      return seconds
    end
    local function create(s, timeout)
      local seconds = seconds_of(timeout)
      redis.call('HSET', F, 's' .. s, digits(next_key()), 't' .. s, seconds)
      touch(s)
      file(s)
      if s ~= '' then
        local subs = redis.call('HGET', F, 'u')
        redis.call('HSET', F, 'u', subs and subs .. '\\0' .. s or s)
      end
    end`,
};
