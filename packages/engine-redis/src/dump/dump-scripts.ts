// The scripts of dumps: a family read whole, and a family put whole. Lock records are packed, which only Lua reads and writes.
import { familyPart } from '../scripts/parts/family.js';
import { movesPart } from '../scripts/parts/moves.js';
import { composeScript } from '../scripts/script.js';

/** Answers `{fields, locks}`: names and values; and of each lock sub, key, until, since, `1` bound, `1` lapsed, note. */
export const readFamilyScript = composeScript('dump-read', {
  scope: 'family',
  isOfMove: true,
  parts: [familyPart],
  body: `
    local packed, locks = redis.call('HGET', F, 'l'), {}
    local function add(value) locks[#locks + 1] = value end
    local function digits(n) return string.format('%.0f', n) end
    for s, lock in pairs(packed and cmsgpack.unpack(packed) or {}) do
      add(s)
      add(digits(lock.key))
      add(digits(lock.until_ms))
      add(digits(lock.since or 0))
      add(lock.bound and '1' or '')
      add(lock.lapsed and '1' or '')
      add(lock.note or '')
    end
    return {redis.call('HGETALL', F), locks}`,
});

export const lockWords = 6;

/**
 * ARGV: 8 number of locks, 9 of each sub, key, until, since, `1` lapsed, note; then names and values of fields. The locks are of
 * no front-end and no connection. Answers 1, or -2 where there is such a family.
 */
export const putFamilyScript = composeScript('dump-put', {
  scope: 'bucket',
  isOfMove: true,
  parts: [movesPart],
  body: `
    if redis.call('EXISTS', F) == 1 then return -2 end
    local held, at = {}, 9
    for _ = 1, tonumber(ARGV[8]) do
      held[ARGV[at]] = {key = tonumber(ARGV[at + 1]), until_ms = tonumber(ARGV[at + 2]), since = tonumber(ARGV[at + 3]),
        fe = '-', conn = 0, req = '0', lapsed = ARGV[at + 4] == '1' or nil, note = ARGV[at + 5]}
      at = at + ${lockWords}
    end
    if next(held) then redis.call('HSET', F, 'l', cmsgpack.pack(held)) end
    for from = at, #ARGV, 1000 do
      redis.call('HSET', F, unpack(ARGV, from, math.min(from + 999, #ARGV)))
    end
    for _, each in ipairs(everyone()) do enlist(each) end
    lock_moved()
    return 1`,
});

/** KEYS[1]: a bucket's counter. ARGV: 1 what it is to be above. */
export const raiseCounter = `if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then
redis.call('SET', KEYS[1], ARGV[1])
end
return 1`;
