// SLOCK and SUNLOCK of the usual page, in as few steps as they can be: these texts run before any of the parts' functions is
// made, and decide from one HMGET whether the case is one of theirs. They do what the scripts behind them would do: nobody
// listens for events, no move is under way, and the lock is the only one of its family.
import { waiterPollMs } from './lock-queue.js';

/**
 * A lock that is free is taken; one that another holds is refused or queued for. A tag of the queue has 20 bytes at least,
 * its end included, so that its length says whether the queue is full without counting.
 */
export const takeFast = `
  if sub == '' and ARGV[4] == '' then
    local r = redis.call('HMGET', F, 'g', 'l', 't', 'a', 'q')
    local packed, seconds, queue = r[2], r[3], r[5] or ''
    local function given(letter) return string.find(ARGV[9], letter, 1, true) ~= nil end
    if r[1] or not seconds and not given('c') then
    elseif not packed and queue == '' and (not seconds or seconds == '0' or r[4] + seconds * 1000 > now) then
      local key = math.max(tonumber(redis.call('GET', KEYS[5]) or '0') + 1, micros)
      local until_ms = now + tonumber(ARGV[12])
      redis.call('SET', KEYS[5], string.format('%.0f', key))
      packed = cmsgpack.pack({[''] = {key = key, until_ms = until_ms, since = now, fe = ARGV[8], conn = tonumber(ARGV[11]),
        req = ARGV[10], bound = given('b') or nil, note = ARGV[15]}})
      if seconds then redis.call('HSET', F, 'l', packed, 'a', now) else redis.call('HSET', F, 'l', packed) end
      redis.call('ZADD', KEYS[6], until_ms, ARGV[3])
      if given('b') then redis.call('ZADD', KEYS[7], now + tonumber(ARGV[16]), ARGV[8]) end
      return {{key, given('d') and redis.call('HGET', F, 'x') or false}}
    elseif packed then
      local lock = cmsgpack.unpack(packed)['']
      local until_ms = lock and not lock.lapsed and lock.until_ms or 0
      local is_mine = lock and lock.fe == ARGV[8]
      if until_ms > now and lock.bound and not is_mine then
        until_ms = math.min(until_ms, tonumber(redis.call('ZSCORE', KEYS[7], lock.fe) or 0))
      end
      if until_ms > now and not (is_mine and (lock.req == ARGV[10] or lock.conn == tonumber(ARGV[11]))) then
        local wait = tonumber(ARGV[13])
        if wait == 0 then return -41 end
        if #queue < 20 * (tonumber(ARGV[14]) - 1) then
          local tag = ARGV[8] .. ' ' .. ARGV[10]
          redis.call('HSET', F, 'q', queue == '' and tag or queue .. '\\0' .. tag, 'w\\0' .. tag, cmsgpack.pack({fe = ARGV[8],
            req = ARGV[10], conn = tonumber(ARGV[11]), lease = tonumber(ARGV[12]), bound = given('b') or nil, note = ARGV[15],
            until_ms = now + wait, since = now, create = given('c') or nil, data = given('d') or nil}))
          redis.call('ZADD', KEYS[7], now + tonumber(ARGV[16]), ARGV[8])
          return {{0, math.max(1, math.ceil(until_ms - now))}}
        end
      end
    end
  end`;

/**
 * The end of such a page: its key holds, and nothing but data is written, if anything. Who waits first has the lock then,
 * and is told so, if its front-end lives and nobody behind it has to hear of its lease. The first write is one that may be
 * refused where Redis is full if data is written, and a removal otherwise.
 */
export const unlockFast = `
  if sub == '' and ARGV[4] == '' and ARGV[14] == '0' and ARGV[16] == '' and ARGV[17] == '' and ARGV[18] == '0'
    and ARGV[19] == '0' then
    local r = redis.call('HMGET', F, 'g', 'l', 'q', 't')
    local locks = r[2] and not r[1] and r[4] and cmsgpack.unpack(r[2]) or {}
    local lock = locks['']
    if lock and next(locks) == '' and next(locks, '') == nil and lock.key == tonumber(ARGV[10]) and lock.until_ms > now
      and (not lock.bound or lock.fe == ARGV[8]) and (r[4] == '0' or now + r[4] * 1000 >= lock.until_ms) then
      local tag, rest, waiter = r[3], nil, nil
      if tag then
        local at = string.find(tag, '%z')
        if at then tag, rest = string.sub(tag, 1, at - 1), string.sub(tag, at + 1) end
        waiter = redis.call('HGET', F, 'w\\0' .. tag)
        waiter = waiter and cmsgpack.unpack(waiter)
      end
      if not tag or waiter and waiter.until_ms >= now and (not rest or waiter.lease > ${waiterPollMs}) and (waiter.fe == ARGV[8]
        or tonumber(redis.call('ZSCORE', KEYS[7], waiter.fe) or 0) > now) then
        local has_data = ARGV[12] == '1'
        local last = (has_data or waiter) and tonumber(redis.call('GET', KEYS[5]) or '0')
        if has_data then
          last = math.max(last + 1, micros)
          redis.call('HSET', F, 'x', ARGV[13], 'r', string.format('%.0f', last))
        end
        if not waiter then
          if has_data then redis.call('SET', KEYS[5], string.format('%.0f', last)) end
          redis.call('HDEL', F, 'l')
          redis.call('ZREM', KEYS[6], ARGV[3])
          redis.call('HSET', F, 'a', now, 'z', ARGV[11])
          return 1
        end
        last = math.max(last + 1, micros)
        local key, until_ms = string.format('%.0f', last), now + waiter.lease
        if rest then redis.call('HDEL', F, 'w\\0' .. tag) else redis.call('HDEL', F, 'w\\0' .. tag, 'q') end
        local packed = cmsgpack.pack({[''] = {key = last, until_ms = until_ms, since = now, fe = waiter.fe,
          conn = waiter.conn, req = waiter.req, bound = waiter.bound, note = waiter.note}})
        if rest then redis.call('HSET', F, 'l', packed, 'a', now, 'z', ARGV[11], 'q', rest)
        else redis.call('HSET', F, 'l', packed, 'a', now, 'z', ARGV[11]) end
        redis.call('SET', KEYS[5], key)
        redis.call('ZADD', KEYS[6], until_ms, ARGV[3])
        local data = waiter.data and (has_data and ARGV[13] or redis.call('HGET', F, 'x'))
        local is_mine = waiter.fe == ARGV[8]
        local text = 'G\\n' .. waiter.req .. '\\n' .. key .. '\\n'
        if not data then text = text .. 'N'
        elseif #data > 65536 and not is_mine then text = text .. 'F'
        else text = text .. 'D\\n' .. data end
        if is_mine then return {1, {'lock', text}} end
        local prefix, slot = string.match(F, '^([^{]*)({%d+}:)')
        if string.sub(waiter.fe, 1, 1) == 's' then redis.pcall('SPUBLISH', prefix .. slot .. 'f:' .. waiter.fe, text)
        else redis.pcall('PUBLISH', prefix .. 'f:' .. waiter.fe, text) end
        return 1
      end
    end
  end`;
