import type { LuaPart } from '../script.js';
import { endingPart } from './ending.js';

/**
 * A family on its way to another id: `unlist` and `enlist` take its sessions out of the indexes and put them in, `carry` is
 * all there is to take along, `arrive` puts it down. `F`, `base` and the rest mean wherever the family is at the moment.
 */
export const movesPart: LuaPart = {
  name: 'moves',
  needs: [endingPart],
  text: `
    local function everyone()
      local all = split(redis.call('HGET', F, 'u'))
      all[#all + 1] = ''
      return all
    end
    local function reindex(s, command)
      if not is_indexed(s) then return end
      local flat = variables_of(s)
      for i = 1, #flat, 2 do
        local entry = index_entry(s, flat[i], flat[i + 1])
        if command == 'ZADD' then redis.call('ZADD', I, 0, entry) else redis.call('ZREM', I, entry) end
      end
    end
    local function unlist(s)
      redis.call('ZREM', s == '' and D or E, entry_of(s))
      reindex(s, 'ZREM')
    end
    local function enlist(s)
      file(s)
      reindex(s, 'ZADD')
    end
    local function may_leave(new_base)
      bury('')
      if not stands('') then return -1 end
      bury_subs()
      for _, each in ipairs(everyone()) do
        if each ~= '' and #new_base + 1 + #each > 255 then return -12 end
      end
    end
    local function may_arrive()
      bury('')
      lock_settle('')
      if stands('') or is_held('') then return -16 end
    end
    local function carry()
      local all, taken = redis.call('HGETALL', F), {}
      for i = 1, #all, 2 do
        local kind = string.sub(all[i], 1, 1)
        if kind ~= 'g' and kind ~= 'q' and kind ~= 'w' then
          taken[#taken + 1] = all[i]
          taken[#taken + 1] = all[i + 1]
        end
      end
      return taken
    end
    local function leave()
      lock_leaves()
      for _, each in ipairs(everyone()) do unlist(each) end
      redis.call('DEL', F)
    end
    local function lock_renamed(s, new)
      redis.call('ZREM', L, id_of(s))
      for _, tag in ipairs(split(redis.call('HGET', F, 'q' .. s))) do
        local fe, req = string.match(tag, '^(%S+) (%d+)$')
        forget_waiter(s, tag)
        tell(fe, 'R\\n' .. req)
      end
      keep_queue(s, {})
      local lock = family_locks()[s]
      if not lock then return end
      locks[s], locks[new] = nil, lock
      keep_locks()
      if lock.lapsed then return end
      redis.call('ZADD', L, lock.until_ms, id_of(new))
      if lock.bound then tell(lock.fe, 'M\\n' .. digits(lock.key) .. '\\n' .. id_of(new)) end
    end
    local function arrive(taken, first, counted)
      redis.call('DEL', F)
      for from = first, #taken, 1000 do
        redis.call('HSET', F, unpack(taken, from, math.min(from + 999, #taken)))
      end
      if tonumber(redis.call('GET', K) or '0') < tonumber(counted) then redis.call('SET', K, counted) end
      locks, last = nil, nil
      for _, each in ipairs(everyone()) do enlist(each) end
      lock_moved()
      touch('')
    end`,
};
