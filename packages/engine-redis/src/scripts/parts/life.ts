import { lockRecordPart } from '../locks/lock-record.js';
import type { LuaPart } from '../script.js';
import { clockPart } from './clock.js';
import { counterPart } from './counter.js';
import { namesPart } from './names.js';

/**
 * Whether a session lives, and what renews it. A session stands when it has a record, and lives when its deadline is to
 * come or a lock keeps it; a sub-session lives no longer than its parent. Entries of the deadline sets may be early,
 * never late: renewing touches the record alone, and the sweeper puts early entries back.
 */
export const lifePart: LuaPart = {
  name: 'life',
  needs: [clockPart, namesPart, counterPart, lockRecordPart],
  text: `
    local function stands(s) return redis.call('HEXISTS', F, 's' .. s) == 1 end
    local function deadline_of(s)
      local record = redis.call('HMGET', F, 't' .. s, 'a' .. s)
      if not record[1] then return nil end
      if record[1] == '0' then return math.huge end
      return record[2] + record[1] * 1000
    end
    local function is_overdue(s)
      local deadline = deadline_of(s)
      return deadline and deadline <= now and not is_kept(s)
    end
    local function is_live(s)
      if not stands(s) or is_overdue(s) then return false end
      return s == '' or not is_overdue('')
    end
    local function touch(s)
      if s == '' then redis.call('HSET', F, 'a', now)
      else redis.call('HSET', F, 'a', now, 'a' .. s, now) end
    end
    local function entry_of(s) return redis.call('HGET', F, 's' .. s) .. id_of(s) end
    local function file(s)
      local deadline = deadline_of(s)
      if base == 'globals' and s == '' then return end
      redis.call('ZADD', s == '' and D or E, deadline == math.huge and '+inf' or deadline, entry_of(s))
    end
    local function set_timeout(s, seconds)
      redis.call('HSET', F, 't' .. s, seconds)
      touch(s)
      file(s)
    end
    local function create(s, seconds)
      redis.call('HSET', F, 's' .. s, digits(next_key()), 't' .. s, seconds)
      touch(s)
      file(s)
      if s ~= '' then
        local subs = redis.call('HGET', F, 'u')
        redis.call('HSET', F, 'u', subs and subs .. '\\0' .. s or s)
      end
    end
    local function data_of(s) return redis.call('HGET', F, 'x' .. s) end`,
};
