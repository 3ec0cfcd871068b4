// The lock records of a family, as every script that asks whether a session lives must be able to read them.

import { clockPart } from '../parts/clock.js';
import { familyPart } from '../parts/family.js';
import type { LuaPart } from '../script.js';

/**
 * Field `l` of a family: what is locked in it, packed by cmsgpack, as a table from sub ('' for the session itself) to a
 * record. `until_ms` is when the lock is free to be taken at the latest. `is_kept('')` is also true while a sub-session is
 * locked, be it only reserved.
 */
export const lockRecordPart: LuaPart = {
  name: 'lock-record',
  needs: [clockPart, familyPart],
  text: `
    local locks
    local function family_locks()
      if not locks then
        local packed = redis.call('HGET', F, 'l')
        locks = packed and cmsgpack.unpack(packed) or {}
      end
      return locks
    end
    local function is_held(s)
      local lock = family_locks()[s]
      return lock and lock.until_ms > now
    end
    local function is_kept(s)
      if s ~= '' then return is_held(s) end
      for each in pairs(family_locks()) do
        if is_held(each) then return true end
      end
      return false
    end`,
};
