// What Redis keeps under a prefix as a source of sessions: bucket by bucket, each family in one step. Front-ends may work on
// meanwhile, so families are whole and the farm is not of one moment.
import { DumpFault, type SessionSource, StoreFault, type StreamedFamily } from '@msession/engine';
import type { ScriptReply } from '../connection/script-runner.js';
import { readLayout } from '../layout/layout-record.js';
import { bucketCount, placeOf } from '../layout/place.js';
import { familiesIn, ofAllBuckets } from './bucket-contents.js';
import { readFamilyScript } from './dump-scripts.js';
import { fromFields, moveOf } from './family-fields.js';
import { openAccess, type RedisAccess, type RedisAccessOptions, redisTimeMs } from './redis-access.js';

const portionBytes = 2 * 1024 * 1024;
const firstAtOnce = 16;
const mostAtOnce = 512;
const bucketsAhead = 16;
/** Numbers that front-ends may hand out while a dump is made: a day of microseconds. */
const headroom = 86_400_000_000;

/**
 * The sessions under a prefix. Each family is read whole; what changes while others are read is there as it was or as it is. A
 * session that gets another id meanwhile may be there under both or none.
 *
 * @throws {StoreFault} where there is nothing of msession, another layout, or half of a restore; an EngineError where
 * Redis cannot be reached
 */
export async function redisSource(options: RedisAccessOptions): Promise<SessionSource> {
  const access = await openAccess(options);
  const { link, keys } = access;
  try {
    const state = await readLayout(link, keys);
    if (state === 'none') throw new StoreFault(`Redis keeps nothing of msession under the prefix '${keys.prefix}'`);
    if (state === 'restoring')
      throw new StoreFault(`under the prefix '${keys.prefix}' of Redis is half of a restore; run that again first`);
    const atMs = await redisTimeMs(access);
    const facts = await ofAllBuckets((bucket) =>
      Promise.all([
        link.run(bucket, ['ZCARD', keys.ofBucket(bucket, 'd')]),
        link.run(bucket, ['GET', keys.ofBucket(bucket, 'k')]),
      ]),
    );
    let keyCeiling = 1000 * (atMs + 1);
    for (const [, counted] of facts) keyCeiling = Math.max(keyCeiling, Number(String(counted ?? '0')));
    keyCeiling = Math.min(keyCeiling + headroom, Number.MAX_SAFE_INTEGER);
    return {
      header: { atMs, keyCeiling, searched: [] },
      // `globals` is in no list
      expected: facts.reduce((sum, [sessions]) => sum + Number(sessions), 1),
      families: () => familiesOf(access, atMs, keyCeiling),
      close: async () => link.close(),
    };
  } catch (error) {
    link.close();
    throw error;
  }
}

async function* familiesOf(
  access: RedisAccess,
  atMs: number,
  keyCeiling: number,
): AsyncGenerator<readonly StreamedFamily[]> {
  let portion: StreamedFamily[] = [];
  let bytes = 0;
  let atOnce = firstAtOnce;
  for (let first = 0; first < bucketCount; first += bucketsAhead) {
    const some = Array.from({ length: bucketsAhead }, (_, i) => first + i);
    const ids = (await Promise.all(some.map((bucket) => familiesIn(access, bucket)))).flat();
    for (let from = 0; from < ids.length; ) {
      const batch = ids.slice(from, from + atOnce);
      const read = await Promise.all(batch.map((id) => readFamily(access, id, atMs)));
      let batchBytes = 0;
      for (const each of read) {
        if (each === undefined) continue;
        checkNumbers(each.family, keyCeiling);
        portion.push(each.family);
        batchBytes += each.bytes;
      }
      from += batch.length;
      bytes += batchBytes;
      // as many as make half a portion, if they are like these
      const half = Math.floor((portionBytes / 2) * (batch.length / Math.max(1, batchBytes)));
      atOnce = Math.max(1, Math.min(half, mostAtOnce, 2 * batch.length));
      if (bytes < portionBytes) continue;
      yield portion;
      portion = [];
      bytes = 0;
    }
  }
  if (portion.length > 0) yield portion;
}

async function readFamily(
  access: RedisAccess,
  id: Buffer,
  atMs: number,
): Promise<{ readonly family: StreamedFamily; readonly bytes: number } | undefined> {
  const reply = await access.scripts.send(access.scripts.beginAt(readFamilyScript, placeOf(id), 0));
  const family = fromFields(id, reply, atMs);
  if (family === undefined || (await hasArrivedElsewhere(access, reply))) return undefined;
  let bytes = 0;
  for (const field of (reply as readonly [readonly Buffer[]])[0]) bytes += field.length;
  return { family, bytes };
}

/** Whether a move that nobody has ended has put the family under its new id already. */
async function hasArrivedElsewhere({ link, keys }: RedisAccess, reply: ScriptReply): Promise<boolean> {
  const move = moveOf(reply);
  if (move === undefined) return false;
  const { bucket } = placeOf(move.newId);
  return (await link.run(bucket, ['ZSCORE', keys.ofBucket(bucket, 'm'), move.token])) !== null;
}

/** A store that is made of the stream gives out keys above its ceiling, so nothing may be above it. */
function checkNumbers({ session, lock, subs }: StreamedFamily, keyCeiling: number): void {
  for (const member of [{ session, lock }, ...subs])
    for (const number of [
      member.session?.created,
      member.session?.revision,
      member.session?.released?.key,
      member.lock?.key,
    ])
      if ((number ?? 0) > keyCeiling)
        throw new DumpFault(
          'reading took more than a day, and front-ends gave out later numbers meanwhile; read again',
        );
}
