// RENAME of a family: one script where both ids may stand in one, and otherwise a move in steps that anybody can finish.
import { movesPart } from './parts/moves.js';
import { composeScript } from './script.js';

/** Both ids at once. KEYS 8 to 14: the target's. ARGV: 8 new id. */
export const renameScript = composeScript('rename', {
  scope: 'bucket',
  parts: [movesPart],
  body: `
    local old, new = base, ARGV[8]
    local function go(first, where)
      F, D, E, I, K, L, W = KEYS[first], KEYS[first + 1], KEYS[first + 2], KEYS[first + 3], KEYS[first + 4],
        KEYS[first + 5], KEYS[first + 6]
      base, locks, last = where, nil, nil
    end
    local refusal = may_leave(new)
    if refusal then return answer(refusal) end
    go(8, new)
    if redis.call('HEXISTS', F, 'g') == 1 then return answer(-16) end
    refusal = may_arrive()
    if refusal then return answer(refusal) end
    go(1, old)
    notice({'event', 'renamed', old, now, with_data and data_of('') or false, new})
    local taken, counted = carry(), redis.call('GET', K) or '0'
    leave()
    go(8, new)
    arrive(taken, 1, counted)
    return answer(1)`,
});

/** A sub-session's new id, within its family. ARGV: 8 new sub. */
export const renameSubScript = composeScript('rename-sub', {
  scope: 'bucket',
  parts: [movesPart],
  body: `
    local new = ARGV[8]
    bury(sub)
    if not stands(sub) then return answer(-1) end
    bury(new)
    lock_settle(new)
    if stands(new) or is_held(new) then return answer(-16) end
    notice({'event', 'renamed', id, now, with_data and data_of(sub) or false, id_of(new)})
    unlist(sub)
    for _, name in ipairs(split(redis.call('HGET', F, 'n' .. sub))) do
      local field = 'v' .. sub .. '\\0' .. name
      redis.call('HSET', F, 'v' .. new .. '\\0' .. name, redis.call('HGET', F, field))
      redis.call('HDEL', F, field)
    end
    for kind in string.gmatch('starxcnz', '.') do
      local value = redis.call('HGET', F, kind .. sub)
      if value then
        redis.call('HSET', F, kind .. new, value)
        redis.call('HDEL', F, kind .. sub)
      end
    end
    local subs = split(redis.call('HGET', F, 'u'))
    for i = 1, #subs do
      if subs[i] == sub then subs[i] = new end
    end
    redis.call('HSET', F, 'u', table.concat(subs, '\\0'))
    lock_renamed(sub, new)
    enlist(new)
    touch(new)
    return answer(1)`,
});

/** First step of a move: from now on the family is met with -9. ARGV: 8 new id, 9 token. Answers `{counted, fields}`. */
export const beginMoveScript = composeScript('move-begin', {
  scope: 'bucket',
  parts: [movesPart],
  body: `
    local refusal = may_leave(ARGV[8])
    if refusal then return answer(refusal) end
    redis.call('HSET', F, 'g', ARGV[9] .. '\\0' .. ARGV[8])
    return answer({redis.call('GET', K) or '0', carry()})`,
});

/** The same again, for whoever finishes what another began. ARGV: 8 intent. Answers as the first step, or 0: it is over. */
export const readMoveScript = composeScript('move-read', {
  scope: 'bucket',
  isOfMove: true,
  parts: [movesPart],
  body: `
    if moving ~= ARGV[8] then return answer(0) end
    return answer({redis.call('GET', K) or '0', carry()})`,
});

/** Second step, at the target. KEYS 8: tokens that arrived. ARGV: 8 token, 9 counted, 10 fields. */
export const arriveScript = composeScript('move-arrive', {
  scope: 'bucket',
  isOfMove: true,
  parts: [movesPart],
  body: `
    if redis.call('ZSCORE', KEYS[8], ARGV[8]) then return answer(1) end
    if moving then return answer(-16) end
    local refusal = may_arrive()
    if refusal then return answer(refusal) end
    arrive(ARGV, 10, ARGV[9])
    redis.call('ZADD', KEYS[8], now, ARGV[8])
    redis.call('ZREMRANGEBYSCORE', KEYS[8], '-inf', now - 3600000)
    return answer(1)`,
});

/** Last step, at the source. ARGV: 8 intent, 9 `1` it arrived, 10 new id. */
export const endMoveScript = composeScript('move-end', {
  scope: 'bucket',
  isOfMove: true,
  parts: [movesPart],
  body: `
    if moving ~= ARGV[8] then return answer(0) end
    if ARGV[9] ~= '1' then
      redis.call('HDEL', F, 'g')
      return answer(1)
    end
    notice({'event', 'renamed', base, now, with_data and data_of('') or false, ARGV[10]})
    leave()
    return answer(1)`,
});
