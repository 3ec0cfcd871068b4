// LIST, whole or in pages. A cursor is a bucket and the last sequence listed in it, in one number of 63 bits: sequences are
// below 2^53 and buckets below 2^10.
import { matchesGlob } from '@msession/engine/shared';
import type { ReplySink } from '@msession/protocol';
import type { Entry } from '../buckets.js';
import type { Handler } from '../engine-parts.js';
import { bucketCount } from '../layout/place.js';
import { replyError } from './replies.js';

const defaultPage = 100;
const sequenceBits = 53n;
const bucketsAhead = 32;

export const list: Handler<'LIST'> = async (engine, request, args) => {
  const match = args.match === 0 ? undefined : request.bytes(args.match);
  const isWanted = ({ id }: Entry) => match === undefined || matchesGlob(match, id, 0, id.length);
  if (args.cursor === 0) {
    const all = (await engine.buckets.each((bucket) => engine.buckets.entries(bucket, 'd'))).flat();
    const ids = all.filter(isWanted).sort(bySequence);
    return (sink) => replyIds(ids, sink);
  }
  const cursorText = request.latin1(args.cursor);
  const cursor = /^\d{1,19}$/.test(cursorText) ? BigInt(cursorText) : -1n;
  if (cursor < 0n || cursor >> sequenceBits >= bucketCount)
    return replyError('ERR', 'the cursor is none that LIST answered; 0 starts a listing');
  const size = args.count ?? defaultPage;
  const page: Entry[] = [];
  let after = BigInt.asUintN(53, cursor);
  let bucket = Number(cursor >> sequenceBits);
  let next = 0n;
  while (bucket < bucketCount && next === 0n) {
    const buckets = Array.from({ length: Math.min(bucketsAhead, bucketCount - bucket) }, (_, i) => bucket + i);
    const listed = await Promise.all(buckets.map((each) => engine.buckets.entries(each, 'd')));
    for (const entries of listed) {
      const later = entries.filter(({ sequence }) => BigInt(sequence) > after).sort(bySequence);
      const taken = later.slice(0, size - page.length);
      page.push(...taken);
      if (taken.length < later.length) {
        next = (BigInt(bucket) << sequenceBits) | BigInt(taken.at(-1)?.sequence ?? after);
        break;
      }
      after = 0n;
      bucket++;
    }
  }
  return (sink) => {
    sink.array(2);
    sink.bulkText(String(next));
    replyIds(page.filter(isWanted), sink);
  };
};

function bySequence(left: Entry, right: Entry): number {
  return left.sequence < right.sequence ? -1 : left.sequence > right.sequence ? 1 : 0;
}

function replyIds(entries: readonly Entry[], sink: ReplySink): void {
  sink.array(entries.length);
  for (const { id } of entries) sink.bulk(id, 0, id.length);
}
