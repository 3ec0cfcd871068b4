import { inBatches } from '../buckets.js';
import type { Handler } from '../engine-parts.js';
import { bucketCount, placeOf } from '../layout/place.js';
import { endingPart } from '../scripts/parts/ending.js';
import { composeScript } from '../scripts/script.js';
import { replyInteger } from './replies.js';

/** ARGV: 8 milliseconds. Ends what was not accessed for so long, sub-sessions first; answers whether the session went. */
const script = composeScript('flush', {
  scope: 'bucket',
  parts: [endingPart],
  body: `
    local latest = now - tonumber(ARGV[8])
    bury('')
    bury_subs()
    local function is_idle(s)
      local accessed = redis.call('HGET', F, 'a' .. s)
      return stands(s) and tonumber(accessed) <= latest and not is_kept(s)
    end
    local is_whole = base ~= 'globals' and is_idle('')
    for _, each in ipairs(split(redis.call('HGET', F, 'u'))) do
      if is_idle(each) then destroy(each, 'destroyed') end
    end
    if is_whole then destroy('', 'destroyed') end
    return answer(is_whole and 1 or 0)`,
});

const atOnce = 1024;

export const flush: Handler<'FLUSH'> = async (engine, _request, args) => {
  const { scripts, buckets } = engine;
  let flushed = 0;
  const flushBucket = async (bucket: number) => {
    const entries = [...(await buckets.entries(bucket, 'd')), ...(await buckets.entries(bucket, 'e'))];
    const families = new Map(
      entries.map(({ id }) => [placeOf(id).family.toString('latin1'), placeOf(placeOf(id).family)]),
    );
    const replies = await inBatches([...families.values()], atOnce, (place) =>
      scripts.send(scripts.beginAt(script, place, 1).integer(args.idleSeconds * 1000)),
    );
    flushed += replies.filter((reply) => reply === 1).length;
  };
  const all = Array.from({ length: bucketCount }, (_, bucket) => bucket);
  await inBatches(all, 64, flushBucket);
  return replyInteger(flushed);
};
