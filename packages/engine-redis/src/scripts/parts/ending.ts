import { lockFatePart } from '../locks/lock-fate.js';
import type { LuaPart } from '../script.js';
import { lifePart } from './life.js';
import { repliesPart } from './replies.js';
import { variablesPart } from './variables.js';

/**
 * How sessions end: out of the record, the index and the deadlines, each with its event, sub-sessions before their parent;
 * then those who wait for their locks are answered. A lock whose lease is over is handed on before, and may keep its session.
 * `bury` ends what is overdue, `room_for` says whether a session may be
 * made there.
 */
export const endingPart: LuaPart = {
  name: 'ending',
  needs: [repliesPart, lifePart, variablesPart, lockFatePart],
  text: `
    local function event(name, s)
      notice({'event', name, id_of(s), now, with_data and data_of(s) or false})
    end
    local function announce(s)
      if wants_events then event('created', s) end
    end
    local function erase(s, how)
      event(how, s)
      redis.call('ZREM', s == '' and D or E, entry_of(s))
      local names = split(redis.call('HGET', F, 'n' .. s))
      for from = 1, #names, 500 do
        local fields = {}
        for i = from, math.min(from + 499, #names) do fields[#fields + 1] = 'v' .. s .. '\\0' .. names[i] end
        if is_indexed(s) then
          local values = redis.call('HMGET', F, unpack(fields))
          for i = 1, #fields do
            redis.call('ZREM', I, index_entry(s, names[from + i - 1], values[i]))
          end
        end
        redis.call('HDEL', F, unpack(fields))
      end
      redis.call('HDEL', F, 's' .. s, 't' .. s, 'a' .. s, 'r' .. s, 'x' .. s, 'c' .. s, 'n' .. s, 'z' .. s)
    end
    local function destroy(s, how)
      if s == '' then
        for _, each in ipairs(split(redis.call('HGET', F, 'u'))) do erase(each, how) end
        redis.call('HDEL', F, 'u')
      else
        local others = {}
        for _, each in ipairs(split(redis.call('HGET', F, 'u'))) do
          if each ~= s then others[#others + 1] = each end
        end
        if #others == 0 then redis.call('HDEL', F, 'u')
        else redis.call('HSET', F, 'u', table.concat(others, '\\0')) end
      end
      erase(s, how)
      lock_gone(s)
    end
    local function has_ended(s)
      if not is_overdue(s) then return false end
      if s == '' then lock_settle_all() else lock_settle(s) end
      return is_overdue(s)
    end
    local function bury(s)
      if has_ended('') then destroy('', 'expired') end
      if s ~= '' and has_ended(s) then destroy(s, 'expired') end
    end
    local function bury_subs()
      for _, each in ipairs(split(redis.call('HGET', F, 'u'))) do bury(each) end
    end
    local function room_for(s)
      if s == '' then return nil end
      if not is_live('') then return -8 end
      local most = math.min(tonumber(ARGV[7]), 65535)
      if count_names(redis.call('HGET', F, 'u')) >= most then bury_subs() end
      if count_names(redis.call('HGET', F, 'u')) >= most then return {-6, most} end
      return nil
    end`,
};
