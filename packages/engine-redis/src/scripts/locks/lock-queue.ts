// Who waits for a lock, in order of arrival, and how front-ends hear of what concerns them.
import { counterPart } from '../parts/counter.js';
import { lifePart } from '../parts/life.js';
import { repliesPart } from '../parts/replies.js';
import type { LuaPart } from '../script.js';
import { lockRecordPart } from './lock-record.js';

/**
 * How long a waiter trusts in messages before it looks for itself. Who waits first need not be told of a lease that ends
 * later than that: it will have looked by then.
 */
export const waiterPollMs = 5000;

/**
 * Field `q`S of a family has the tags of those who wait for the lock of S, NUL between; field `w`S NUL tag what each asked
 * for, packed. A tag is the front-end and the number of its request. W has until when each front-end is taken to live:
 * what waits for a dead one is passed by, and what is bound to one is free.
 *
 * A script of the locks says in `front_end` who runs it: what concerns that front-end comes with the reply, everything else
 * by pub/sub, as a hint that may be lost. The name of a front-end that listens by sharded pub/sub begins with `s`.
 *
 * Redis refuses a script's first write where it is full, unless that write makes nothing larger. Locks are given back and
 * front-ends live on all the same: whatever does that begins with a removal.
 */
export const lockQueuePart: LuaPart = {
  name: 'lock-queue',
  needs: [repliesPart, counterPart, lifePart, lockRecordPart],
  text: `
    local front_end = ''
    local function keep_locks()
      if next(locks) == nil then redis.call('HDEL', F, 'l')
      else redis.call('HSET', F, 'l', cmsgpack.pack(locks)) end
    end
    local function lives(fe)
      if fe == front_end then return true end
      local until_ms = redis.call('ZSCORE', W, fe)
      return until_ms and tonumber(until_ms) > now
    end
    local function free_at(lock)
      if not lock.bound or lock.fe == front_end then return lock.until_ms end
      return math.min(lock.until_ms, tonumber(redis.call('ZSCORE', W, lock.fe) or 0))
    end
    local function tell(fe, text)
      if fe == front_end then return notice({'lock', text}) end
      local prefix, tag = string.match(F, '^([^{]*)({%d+}:)')
      if string.sub(fe, 1, 1) == 's' then redis.pcall('SPUBLISH', prefix .. tag .. 'f:' .. fe, text)
      else redis.pcall('PUBLISH', prefix .. 'f:' .. fe, text) end
    end
    local function tell_granted(s, lock, wants_data)
      local data = wants_data and data_of(s)
      local head = 'G\\n' .. lock.req .. '\\n' .. digits(lock.key) .. '\\n'
      if not data then tell(lock.fe, head .. 'N')
      elseif #data > 65536 and lock.fe ~= front_end then tell(lock.fe, head .. 'F')
      else tell(lock.fe, head .. 'D\\n' .. data) end
    end
    local function tell_lease(s, tag)
      local left = math.max(1, math.ceil(free_at(family_locks()[s]) - now))
      if left > ${waiterPollMs} then return end
      tell(string.match(tag, '^%S+'), 'L\\n' .. id_of(s) .. '\\n' .. left)
    end
    local function waiter_of(s, tag)
      local packed = redis.call('HGET', F, 'w' .. s .. '\\0' .. tag)
      return packed and cmsgpack.unpack(packed) or {until_ms = 0}
    end
    local function forget_waiter(s, tag) redis.call('HDEL', F, 'w' .. s .. '\\0' .. tag) end
    local function living_waiters(s, tags)
      local living = {}
      for _, tag in ipairs(tags) do
        local waiter = waiter_of(s, tag)
        if waiter.until_ms >= now and lives(waiter.fe) then living[#living + 1] = tag
        else forget_waiter(s, tag) end
      end
      return living
    end
    local function keep_queue(s, tags)
      if #tags == 0 then redis.call('HDEL', F, 'q' .. s)
      else redis.call('HSET', F, 'q' .. s, table.concat(tags, '\\0')) end
    end`,
};
