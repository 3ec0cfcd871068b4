// What becomes of locks and of those who wait for them when leases end and sessions come, go or move.
import { lifePart } from '../parts/life.js';
import { repliesPart } from '../parts/replies.js';
import type { LuaPart } from '../script.js';
import { lockQueuePart } from './lock-queue.js';
import { lockRecordPart } from './lock-record.js';

/**
 * - `lock_settle(s)` notices that a lease is over and hands the lock on to the first who waits;
 * - `lock_settle_all()` does so for the whole family;
 * - `lock_holds(s, key)` settles, then says whether this key holds the lock, its lease running or over;
 * - `lock_gone(s)`: the session is out of the record; its lock dies and its waiters are answered. `''` is all of the family;
 * - `lock_leaves()`: the family's records are about to get another id; waiters are told that the old one is gone;
 * - `lock_moved()`: they came here under that id.
 */
export const lockFatePart: LuaPart = {
  name: 'lock-fate',
  needs: [repliesPart, lifePart, lockRecordPart, lockQueuePart],
  text: `
    local function lock_event(name, s)
      if wants_events then notice({'event', name, id_of(s), now, with_data and data_of(s) or false}) end
    end
    local function grant(s, to)
      local lock = {key = next_key(), until_ms = now + to.lease, since = now, fe = to.fe, conn = to.conn, req = to.req,
        bound = to.bound, note = to.note}
      family_locks()[s] = lock
      keep_locks()
      redis.call('ZADD', L, lock.until_ms, id_of(s))
      if stands(s) then touch(s) elseif s ~= '' and stands('') then touch('') end
      lock_event('locked', s)
      return lock
    end
    local function serve(s)
      local queue = redis.call('HGET', F, 'q' .. s)
      if not queue then return end
      local exists = stands(s)
      local may_reserve = s == '' or stands('')
      local lock
      local left = {}
      for _, tag in ipairs(split(queue)) do
        if lock and exists then
          left[#left + 1] = tag
        else
          local waiter = waiter_of(s, tag)
          if waiter.until_ms < now or not lives(waiter.fe) then
            forget_waiter(s, tag)
          elseif lock and waiter.create then
            left[#left + 1] = tag
          elseif not lock and (exists or (may_reserve and waiter.create)) then
            forget_waiter(s, tag)
            lock = grant(s, waiter)
            tell_granted(s, lock, waiter.data)
          else
            forget_waiter(s, tag)
            tell(waiter.fe, 'R\\n' .. waiter.req)
          end
        end
      end
      keep_queue(s, left)
      if lock and left[1] then tell_lease(s, left[1]) end
    end
    local function unkeep(s, until_ms)
      local deadline = deadline_of(s)
      if deadline and deadline < until_ms then file(s) end
      if s ~= '' then
        deadline = deadline_of('')
        if deadline and deadline < until_ms then file('') end
      end
    end
    local function unbind(lock)
      if lock.bound then tell(lock.fe, 'U\\n' .. digits(lock.key)) end
      lock.bound = nil
    end
    local function lock_free(s, released)
      local lock = family_locks()[s]
      unbind(lock)
      redis.call('ZREM', L, id_of(s))
      locks[s] = nil
      keep_locks()
      if not lock.lapsed then
        lock_event('unlocked', s)
        unkeep(s, lock.until_ms)
      end
      if released and stands(s) then redis.call('HSET', F, 'z' .. s, released) end
      serve(s)
    end
    local function lapse(s)
      local lock = family_locks()[s]
      local until_ms = lock.until_ms
      unbind(lock)
      lock.lapsed = true
      lock.until_ms = math.min(until_ms, now)
      redis.call('ZREM', L, id_of(s))
      lock_event('unlocked', s)
      if not stands(s) then locks[s] = nil end
      keep_locks()
      unkeep(s, until_ms)
      serve(s)
    end
    local function lock_settle(s)
      local lock = family_locks()[s]
      if lock and not lock.lapsed and free_at(lock) <= now then lapse(s) end
    end
    local function locked_names(s)
      local names = {}
      for each in pairs(family_locks()) do
        if s == '' or each == s then names[#names + 1] = each end
      end
      return names
    end
    local function lock_settle_all()
      for _, each in ipairs(locked_names('')) do lock_settle(each) end
    end
    local function lock_holds(s, key)
      lock_settle(s)
      local lock = family_locks()[s]
      return lock ~= nil and tonumber(key) ~= 0 and lock.key == tonumber(key)
    end
    local function lock_gone(s)
      local names = locked_names(s)
      if #names == 0 then return end
      for _, each in ipairs(names) do
        local lock = locks[each]
        unbind(lock)
        locks[each] = nil
        redis.call('ZREM', L, id_of(each))
      end
      keep_locks()
      for _, each in ipairs(names) do serve(each) end
    end
    local function lock_leaves()
      for _, each in ipairs(locked_names('')) do
        redis.call('ZREM', L, id_of(each))
        for _, tag in ipairs(split(redis.call('HGET', F, 'q' .. each))) do
          local fe, req = string.match(tag, '^(%S+) (%d+)$')
          forget_waiter(each, tag)
          tell(fe, 'R\\n' .. req)
        end
        keep_queue(each, {})
      end
    end
    local function lock_moved()
      locks = nil
      for s, lock in pairs(family_locks()) do
        if not lock.lapsed then
          redis.call('ZADD', L, lock.until_ms, id_of(s))
          if lock.bound then
            redis.call('ZADD', W, 'NX', now + 10000, lock.fe)
            tell(lock.fe, 'M\\n' .. digits(lock.key) .. '\\n' .. id_of(s))
          end
        end
      end
    end`,
};
