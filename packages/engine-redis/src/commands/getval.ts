import type { Handler } from '../engine-parts.js';
import { clockPart } from '../scripts/parts/clock.js';
import { familyPart } from '../scripts/parts/family.js';
import { standingPart } from '../scripts/parts/standing.js';
import { composeScript } from '../scripts/script.js';
import { putBytes, refused } from './replies.js';

const script = composeScript('getval', {
  scope: 'family',
  before: [clockPart, familyPart],
  fast: `
    if sub == '' then
      local r = redis.call('HMGET', F, 'g', 't', 'a', 'v\\0' .. ARGV[3])
      if not r[1] then
        if not r[2] then return -1 end
        if r[2] == '0' or r[3] + r[2] * 1000 > now then
          redis.pcall('HSET', F, 'a', now)
          return r[4]
        end
      end
    end`,
  parts: [standingPart],
  body: `
    if not is_live(sub) then return -1 end
    touch(sub)
    return redis.call('HGET', F, 'v' .. sub .. '\\0' .. ARGV[3])`,
});

export const getval: Handler<'GETVAL'> = async (engine, request, args) => {
  const otherwise = args.default === 0 ? null : request.bytes(args.default);
  const reply = await engine.scripts.send(
    engine.scripts.begin(script, request, args.id, 1).argument(request, args.name),
  );
  return refused(engine, reply) ?? ((sink) => putBytes(sink, reply ?? otherwise));
};
