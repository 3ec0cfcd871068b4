import type { Handler } from '../engine-parts.js';
import { fastRead } from '../scripts/fast-read.js';
import { clockPart } from '../scripts/parts/clock.js';
import { familyPart } from '../scripts/parts/family.js';
import { standingPart } from '../scripts/parts/standing.js';
import { composeScript } from '../scripts/script.js';
import { putBytes, refused } from './replies.js';

const script = composeScript('getval', {
  scope: 'family',
  before: [clockPart, familyPart],
  fast: fastRead('', `'v\\0' .. ARGV[3]`),
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
