import { inBatches } from '../buckets.js';
import type { Handler } from '../engine-parts.js';
import { placeOf } from '../layout/place.js';
import { endingPart } from '../scripts/parts/ending.js';
import { composeScript } from '../scripts/script.js';
import { replyInteger } from './replies.js';
import { candidates } from './search.js';

/** ARGV: 8 name, 9 value. Answers 1 where it was dropped. */
const script = composeScript('drop-matching', {
  scope: 'bucket',
  parts: [endingPart],
  body: `
    bury('')
    if not stands('') or redis.call('HGET', F, 'v\\0' .. ARGV[8]) ~= ARGV[9] then return answer(0) end
    bury_subs()
    destroy('', 'destroyed')
    return answer(1)`,
});

const atOnce = 1024;

export const dropwhere: Handler<'DROPWHERE'> = async (engine, request, args) => {
  const { scripts } = engine;
  const name = request.bytes(args.name);
  const value = request.bytes(args.value);
  const kept = args.except === 0 ? undefined : placeOf(request.bytes(args.except)).family;
  const places = (await candidates(engine, name, value)).map(placeOf);
  const doomed = places.filter(({ sub, family }) => sub.length === 0 && !(kept?.equals(family) ?? false));
  const dropped = await inBatches(doomed, atOnce, (place) =>
    scripts.send(scripts.beginAt(script, place, 2).bytes(name).bytes(value)),
  );
  return replyInteger(dropped.filter((reply) => reply === 1).length);
};
