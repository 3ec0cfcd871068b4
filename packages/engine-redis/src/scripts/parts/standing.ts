import { lockRecordPart } from '../locks/lock-record.js';
import type { LuaPart } from '../script.js';
import { clockPart } from './clock.js';
import { familyPart } from './family.js';

/**
 * Whether a session lives, and what renews it: all that a script which only reads needs. A session stands when it has a
 * record, and lives when its deadline is to come or a lock keeps it; a sub-session lives no longer than its parent.
 * Renewing writes the record alone; where Redis is full it is left out, since reads go on.
 */
export const standingPart: LuaPart = {
  name: 'standing',
  needs: [clockPart, familyPart, lockRecordPart],
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
      if s == '' then redis.pcall('HSET', F, 'a', now)
      else redis.pcall('HSET', F, 'a', now, 'a' .. s, now) end
    end
    local function data_of(s) return redis.call('HGET', F, 'x' .. s) end
    local function split(list)
      local items = {}
      for item in string.gmatch(list or '', '[^%z]+') do items[#items + 1] = item end
      return items
    end
    local moving = redis.call('HGET', F, 'g')`,
};
