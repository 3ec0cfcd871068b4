import type { Handler } from '../engine-parts.js';
import { clockPart } from '../scripts/parts/clock.js';
import { contentPart } from '../scripts/parts/content.js';
import { endingPart } from '../scripts/parts/ending.js';
import { familyPart } from '../scripts/parts/family.js';
import { growingPart } from '../scripts/parts/growing.js';
import { valueHashPart } from '../scripts/parts/value-hash.js';
import { composeScript } from '../scripts/script.js';
import { sessionToWrite } from '../scripts/session-to-write.js';
import { refused, replyOk } from './replies.js';

/** ARGV: 8 key or empty, 9 pairs, then the pairs. Fast: one variable that is there, of a session that lives. */
const script = composeScript('setval', {
  scope: 'bucket',
  before: [clockPart, familyPart, valueHashPart],
  fast: `
    if sub == '' and ARGV[8] == '' and ARGV[9] == '1' and ARGV[3] ~= 'globals' then
      local name, value = ARGV[10], ARGV[11]
      local field = 'v\\0' .. name
      local r = redis.call('HMGET', F, 'g', 't', 'a', field)
      if r[4] and not r[1] and (r[2] == '0' or r[3] + r[2] * 1000 > now) then
        redis.call('HSET', F, field, value, 'a', now)
        if r[4] ~= value then
          redis.call('ZREM', KEYS[4], name .. '\\0' .. value_hash(r[4]) .. ARGV[3])
          redis.call('ZADD', KEYS[4], 0, name .. '\\0' .. value_hash(value) .. ARGV[3])
        end
        return 1
      end
    end`,
  parts: [growingPart, endingPart, contentPart],
  body: `${sessionToWrite}
    if ARGV[8] ~= '' and not lock_holds(sub, ARGV[8]) then return answer(-3) end
    local pairs_given = tonumber(ARGV[9])
    local refusal = too_many(sub, 10, pairs_given, 1, 0)
    if refusal then return answer(refusal) end
    if exists then touch(sub) else create(sub, '') end
    set_variables(sub, 10, pairs_given)
    if not exists then announce(sub) end
    return answer(exists and 1 or 2)`,
});

export const setval: Handler<'SETVAL'> = async (engine, request, args) => {
  const { variables, key } = args;
  const call = engine.scripts
    .begin(script, request, args.id, 2 + 2 * variables.count)
    .text(key === undefined ? '' : String(key))
    .integer(variables.count);
  for (let i = 0; i < 2 * variables.count; i++) call.argument(request, variables.first + i);
  const reply = await engine.scripts.send(call);
  if (reply === 2) engine.figures.created++;
  return refused(engine, reply) ?? replyOk;
};
