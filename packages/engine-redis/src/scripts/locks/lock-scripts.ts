// The scripts of the lock commands and of what front-ends do about locks by themselves. ARGV[8] is the front-end, and
// ARGV[9] letters: `c` CREATE, `d` DATA, `b` BIND, `a` ASYNC.
import { clockPart } from '../parts/clock.js';
import { contentPart } from '../parts/content.js';
import { endingPart } from '../parts/ending.js';
import { familyPart } from '../parts/family.js';
import { composeScript } from '../script.js';
import { lockFatePart } from './lock-fate.js';
import { lockQueuePart } from './lock-queue.js';
import { takeFast, unlockFast } from './usual-page.js';

const begin = `
  front_end = ARGV[8]
  local function given(letter) return string.find(ARGV[9], letter, 1, true) ~= nil end`;

/**
 * SLOCK. ARGV: 10 number of the request, 11 connection, 12 lease, 13 wait, 14 most waiters, 15 note, 16 how long the
 * front-end is taken to live. Answers `{key, data or false}`, or `{0, milliseconds}` to one who waits.
 */
export const takeScript = composeScript('take', {
  scope: 'bucket',
  before: [clockPart, familyPart],
  fast: takeFast,
  parts: [endingPart],
  body: `${begin}
    local req, conn, wait = ARGV[10], tonumber(ARGV[11]), tonumber(ARGV[13])
    bury(sub)
    lock_settle(sub)
    local exists = stands(sub)
    if not exists and (not given('c') or (sub ~= '' and not stands(''))) then return answer(-1) end
    local lock = family_locks()[sub]
    local is_mine = lock and not lock.lapsed and lock.fe == front_end
    local asked = {fe = front_end, req = req, conn = conn, lease = tonumber(ARGV[12]), bound = given('b') or nil,
      note = ARGV[15]}
    if not lock or lock.lapsed then
      if asked.bound then redis.call('ZADD', W, now + tonumber(ARGV[16]), front_end) end
      lock = grant(sub, asked)
    elseif not (is_mine and lock.req == req) then
      if is_mine and lock.conn == conn and not given('a') then return answer(-40) end
      if wait == 0 then return answer(-41) end
      local most = tonumber(ARGV[14])
      local tags = split(redis.call('HGET', F, 'q' .. sub))
      if #tags >= most then tags = living_waiters(sub, tags) end
      if #tags >= most then return answer({-42, #tags}) end
      asked.until_ms, asked.since, asked.create, asked.data = now + wait, now, given('c') or nil, given('d') or nil
      local tag = front_end .. ' ' .. req
      tags[#tags + 1] = tag
      keep_queue(sub, tags)
      redis.call('HSET', F, 'w' .. sub .. '\\0' .. tag, cmsgpack.pack(asked))
      redis.call('ZADD', W, now + tonumber(ARGV[16]), front_end)
      return answer({0, math.max(1, math.ceil(free_at(lock) - now))})
    end
    return answer({lock.key, given('d') and data_of(sub) or false})`,
});

/**
 * A request that waited shall wait no longer (mode `end`), wants to know how it stands (`claim`), or is nobody's any more
 * (`abandon`: what it got is given back). ARGV: 10 number of the request, 11 mode. Answers `{1, key, data or false}`: it has
 * the lock; `{2}`: it waits; `{3}`: it waited until now; `{4, 1 or 0}`: it was turned away; is there a session?
 */
export const withdrawScript = composeScript('withdraw', {
  scope: 'bucket',
  parts: [endingPart],
  body: `${begin}
    local req, mode = ARGV[10], ARGV[11]
    lock_settle(sub)
    local lock = family_locks()[sub]
    if lock and lock.fe == front_end and lock.req == req then
      if mode ~= 'abandon' then return answer({1, lock.key, given('d') and data_of(sub) or false}) end
      lock.bound = nil
      lock_free(sub)
      return answer({3})
    end
    local tag = front_end .. ' ' .. req
    local tags, left = split(redis.call('HGET', F, 'q' .. sub)), {}
    for _, each in ipairs(tags) do
      if each ~= tag then left[#left + 1] = each end
    end
    if #left == #tags then return answer({4, is_live(sub) and 1 or 0}) end
    if mode == 'claim' then return answer({2}) end
    forget_waiter(sub, tag)
    keep_queue(sub, left)
    return answer({3})`,
});

/**
 * Hands the lock on if its lease is over, and says how things stand: milliseconds until it is free, the request of this
 * front-end that has it (or 0), and those of this front-end that wait.
 */
export const lookScript = composeScript('look', {
  scope: 'bucket',
  parts: [lockFatePart],
  body: `${begin}
    lock_settle(sub)
    local lock = family_locks()[sub]
    local reply = {0, 0}
    if lock and not lock.lapsed then
      reply[1] = math.max(1, math.ceil(free_at(lock) - now))
      if lock.fe == front_end then reply[2] = tonumber(lock.req) end
    end
    for _, tag in ipairs(split(redis.call('HGET', F, 'q' .. sub))) do
      local fe, req = string.match(tag, '^(%S+) (%d+)$')
      if fe == front_end then reply[#reply + 1] = tonumber(req) end
    end
    return answer(reply)`,
});

/** The connection that a lock was bound to has gone. ARGV: 10 key. Answers 1, or 0 where nothing is bound by that key. */
export const unbindScript = composeScript('unbind', {
  scope: 'bucket',
  parts: [lockFatePart],
  body: `${begin}
    lock_settle(sub)
    local lock = family_locks()[sub]
    if not lock or lock.lapsed or not lock.bound or lock.fe ~= front_end or lock.key ~= tonumber(ARGV[10]) then
      return answer(0)
    end
    lock.bound = nil
    lapse(sub)
    return answer(1)`,
});

/** SUNLOCK. ARGV: 10 key, 11 key and hash of the data, 12 content. Answers 1, or 2 when it made the session. */
export const unlockScript = composeScript('unlock', {
  scope: 'bucket',
  before: [clockPart, familyPart],
  fast: unlockFast,
  parts: [endingPart, contentPart],
  body: `${begin}
    local key, released = ARGV[10], ARGV[11]
    bury(sub)
    if not lock_holds(sub, key) then
      if not stands(sub) then return answer(-1) end
      if redis.call('HGET', F, 'z' .. sub) ~= released then return answer(-3) end
      touch(sub)
      return answer(1)
    end
    local content = read_content(12)
    if stale(sub, content) then return answer(-4) end
    local refusal = limits_refusal(sub, content)
    if refusal then return answer(refusal) end
    local exists = stands(sub)
    local is_new = not exists and (content.has_data or content.has_class or content.pairs > 0)
    if exists then
      write_content(sub, content)
      if content.timeout == '' then touch(sub) else set_timeout(sub, content.timeout) end
    elseif is_new then
      refusal = room_for(sub)
      if refusal then return answer(refusal) end
      create(sub, content.timeout)
      write_content(sub, content)
      announce(sub)
    end
    local lock = family_locks()[sub]
    if lock.fe == front_end then lock.bound = nil end
    lock_free(sub, released)
    return answer(is_new and 2 or 1)`,
});

/** SEXTEND. ARGV: 10 key, 11 lease. Answers 1, or 2 for a lock that is bound. */
export const extendScript = composeScript('extend', {
  scope: 'bucket',
  parts: [endingPart],
  body: `${begin}
    local lease = tonumber(ARGV[11])
    bury(sub)
    if not lock_holds(sub, ARGV[10]) then return answer(stands(sub) and -3 or -1) end
    local lock = family_locks()[sub]
    local before = lock.until_ms
    lock.until_ms = now + lease
    if lock.lapsed then
      lock.lapsed = nil
      lock_event('locked', sub)
    end
    redis.call('ZREM', L, id_of(sub))
    redis.call('ZADD', L, lock.until_ms, id_of(sub))
    keep_locks()
    if stands(sub) then touch(sub) elseif sub ~= '' and stands('') then touch('') end
    unkeep(sub, before)
    local first = split(redis.call('HGET', F, 'q' .. sub))[1]
    if first then tell_lease(sub, first) end
    return answer(lock.bound and 2 or 1)`,
});

/** For LOCKS: nothing when free, else `{key, connection, bound, note, since, until, {connection, note, since, until} …}`. */
export const reportScript = composeScript('report', {
  scope: 'bucket',
  parts: [lockQueuePart],
  body: `
    local lock = family_locks()[sub]
    if not lock or lock.lapsed or free_at(lock) <= now then return answer(false) end
    local report = {lock.key, lock.conn, lock.bound and 1 or 0, lock.note, lock.since, lock.until_ms}
    for _, tag in ipairs(split(redis.call('HGET', F, 'q' .. sub))) do
      local waiter = waiter_of(sub, tag)
      if waiter.until_ms > now and lives(waiter.fe) then
        report[#report + 1] = {waiter.conn, waiter.note, waiter.since, waiter.until_ms}
      end
    end
    return answer(report)`,
});

/** This front-end lives. ARGV: 9 how long that may be relied upon. */
export const renewScript = composeScript('renew', {
  scope: 'bucket',
  parts: [lockQueuePart],
  body: `
    redis.call('ZREM', W, ARGV[8])
    redis.call('ZADD', W, now + tonumber(ARGV[9]), ARGV[8])
    return 1`,
});
