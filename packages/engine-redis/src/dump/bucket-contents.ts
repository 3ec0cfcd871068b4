// What a bucket holds, for whoever reads, counts or removes all of it. Every family is in one of its sets: a session under
// its deadline, a reserved id under its lock; `globals` alone is in none.
import { globalsId } from '@msession/protocol';
import { entryOf, inBatches } from '../buckets.js';
import { bucketKeyLetters } from '../layout/key-names.js';
import { bucketCount, bucketOf, placeOf } from '../layout/place.js';
import type { RedisAccess } from './redis-access.js';

const globals = Buffer.from(globalsId);
const bucketsAtOnce = 128;
const keysAtOnce = 500;
/** All of a bucket's own keys but its counter. */
const removable = [...bucketKeyLetters.filter((letter) => letter !== 'k'), 'm'];

/** Asks all buckets, some at a time. */
export async function ofAllBuckets<Answer>(ask: (bucket: number) => Promise<Answer>): Promise<Answer[]> {
  return await inBatches(
    Array.from({ length: bucketCount }, (_, bucket) => bucket),
    bucketsAtOnce,
    ask,
  );
}

/** Ids of the families of a bucket, each once; some may have gone. */
export async function familiesIn({ link, keys }: RedisAccess, bucket: number): Promise<Buffer[]> {
  const [filed, locked] = (await Promise.all(
    ['d', 'l'].map((letter) => link.run(bucket, ['ZRANGE', keys.ofBucket(bucket, letter), 0, -1])),
  )) as unknown as [readonly Buffer[], readonly Buffer[]];
  const ids = [...filed.map((entry) => entryOf(entry).id), ...locked.map((id) => placeOf(id).family)];
  if (bucketOf(globals) === bucket) ids.push(globals);
  return [...new Map(ids.map((id) => [id.toString('latin1'), id])).values()];
}

/** Whether sessions, reserved ids or values of `globals` are kept under the prefix. */
export async function hasSessions({ link, keys }: RedisAccess): Promise<boolean> {
  const counts = await ofAllBuckets((bucket) =>
    link.run(bucket, ['EXISTS', ...['d', 'e', 'l'].map((letter) => keys.ofBucket(bucket, letter))]),
  );
  if (counts.some((count) => count !== 0)) return true;
  const bucket = bucketOf(globals);
  const content = await link.run(bucket, ['HMGET', keys.family(bucket, globals), 'n', 'x', 'c', 'l']);
  return (content as readonly (Buffer | null)[]).some((field) => field !== null && field.length > 0);
}

/** Removes all families and all that lists them. Counters stay: keys grow for ever. */
export async function clear(access: RedisAccess): Promise<void> {
  const { link, keys } = access;
  await ofAllBuckets(async (bucket) => {
    const families = (await familiesIn(access, bucket)).map((id) => keys.family(bucket, id));
    for (let from = 0; from < families.length; from += keysAtOnce)
      await link.run(bucket, ['UNLINK', ...families.slice(from, from + keysAtOnce)]);
    // what led to them goes last, so that whoever comes after one that was cut off finds the rest
    await link.run(bucket, ['UNLINK', ...removable.map((letter) => keys.ofBucket(bucket, letter))]);
  });
}
