// What is asked of all buckets: what they list, what is overdue in them, and what sessions they index. Each bucket is asked
// at once, the questions of one node leave in one write; an answer is of one moment for each bucket, not for all.

import type { RedisLink } from './connection/redis-link.js';
import type { ScriptReply, ScriptRunner } from './connection/script-runner.js';
import type { KeyNames } from './layout/key-names.js';
import { bucketCount, type Place, placeOf } from './layout/place.js';
import { clockPart } from './scripts/parts/clock.js';
import { endingPart } from './scripts/parts/ending.js';
import { composeScript } from './scripts/script.js';

/** ARGV: 2 how many overdue entries at most. */
const factsScript = composeScript('facts', {
  scope: 'set',
  parts: [clockPart],
  body: `
    local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[2])
    local due_subs = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[2])
    local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
    local first_sub = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
    return {redis.call('ZCARD', KEYS[1]), redis.call('ZCARD', KEYS[2]), due, due_subs, first or 'inf', first_sub or 'inf'}`,
});

/** ARGV from 8 on: entries of D or E of this family that were due. What ended goes; what did not is filed anew. */
const sweepScript = composeScript('sweep', {
  scope: 'bucket',
  parts: [endingPart],
  body: `
    bury('')
    bury_subs()
    for i = 8, #ARGV do
      local entry = ARGV[i]
      local s = string.sub(entry, 17 + #base + 1)
      if stands(s) and entry_of(s) == entry then
        file(s)
        if is_overdue(s) == false then
          local until_ms = now
          for each, lock in pairs(family_locks()) do
            if (s == '' or each == s) and lock.until_ms > until_ms then until_ms = lock.until_ms end
          end
          if until_ms > now and deadline_of(s) <= now then
            redis.call('ZADD', s == '' and D or E, until_ms, entry)
          end
        end
      else
        redis.call('ZREM', D, entry)
        redis.call('ZREM', E, entry)
      end
    end
    return answer(1)`,
});

export interface BucketFacts {
  readonly sessions: number;
  readonly subSessions: number;
  /** When the next deadline may be over, milliseconds since 1970; infinity for none. */
  readonly nextDueMs: number;
}

const entriesAtOnce = 256;
const sequenceBytes = 16;

export interface Entry {
  /** Place in the order of creation: 16 digits. */
  readonly sequence: string;
  readonly id: Buffer;
}

export function entryOf(bytes: Buffer): Entry {
  return { sequence: bytes.toString('latin1', 0, sequenceBytes), id: bytes.subarray(sequenceBytes) };
}

export class Buckets {
  readonly #scripts: ScriptRunner;
  readonly #link: RedisLink;
  readonly #keys: KeyNames;

  constructor(options: { scripts: ScriptRunner; link: RedisLink; keys: KeyNames }) {
    this.#scripts = options.scripts;
    this.#link = options.link;
    this.#keys = options.keys;
  }

  /** What a bucket lists, once nothing overdue is left in it. */
  async settled(bucket: number): Promise<BucketFacts> {
    for (;;) {
      const call = this.#scripts.beginSet(factsScript, bucket, 1).integer(entriesAtOnce);
      const [sessions, subSessions, due, dueSubs, first, firstSub] = (await this.#scripts.send(
        call,
      )) as readonly ScriptReply[];
      const overdue = [...(due as readonly Buffer[]), ...(dueSubs as readonly Buffer[])];
      if (overdue.length === 0) {
        const nextDueMs = Math.min(score(first), score(firstSub));
        return { sessions: Number(sessions), subSessions: Number(subSessions), nextDueMs };
      }
      await this.#sweep(overdue);
    }
  }

  /** What all buckets list, once nothing overdue is left in any. */
  async allSettled(): Promise<BucketFacts> {
    const all = await this.each((bucket) => this.settled(bucket));
    return {
      sessions: all.reduce((sum, facts) => sum + facts.sessions, 0),
      subSessions: all.reduce((sum, facts) => sum + facts.subSessions, 0),
      nextDueMs: Math.min(...all.map((facts) => facts.nextDueMs)),
    };
  }

  async #sweep(overdue: readonly Buffer[]): Promise<void> {
    const families = new Map<string, { place: Place; entries: Buffer[] }>();
    for (const entry of overdue) {
      const { family } = placeOf(entryOf(entry).id);
      const name = family.toString('latin1');
      const known = families.get(name);
      if (known === undefined) families.set(name, { place: placeOf(family), entries: [entry] });
      else known.entries.push(entry);
    }
    const swept = [...families.values()].map(({ place, entries }) => {
      const call = this.#scripts.beginAt(sweepScript, place, entries.length);
      for (const entry of entries) call.bytes(entry);
      return this.#scripts.send(call);
    });
    await Promise.all(swept);
  }

  /** Entries of the live sessions (letter `d`) or sub-sessions (`e`) of a bucket. */
  async entries(bucket: number, letter: 'd' | 'e'): Promise<Entry[]> {
    await this.settled(bucket);
    const found = await this.#link.run(bucket, ['ZRANGE', this.#keys.ofBucket(bucket, letter), 0, -1]);
    return (found as unknown as readonly Buffer[]).map(entryOf);
  }

  /** Ids that the index of a bucket has under these first bytes of an entry; `idAt` is where the id begins. */
  async indexed(bucket: number, first: Buffer, idAt: number): Promise<Buffer[]> {
    const key = this.#keys.ofBucket(bucket, 'i');
    const from = Buffer.concat([Buffer.from('['), first]);
    const to = Buffer.concat([Buffer.from('('), first]);
    to[to.length - 1] = (to[to.length - 1] as number) + 1;
    const found = await this.#link.run(bucket, ['ZRANGEBYLEX', key, from, to]);
    return (found as unknown as readonly Buffer[]).map((entry) => entry.subarray(idAt));
  }

  /** Asks all buckets. */
  each<Answer>(ask: (bucket: number) => Promise<Answer>): Promise<Answer[]> {
    return Promise.all(Array.from({ length: bucketCount }, (_, bucket) => ask(bucket)));
  }
}

function score(text: ScriptReply | undefined): number {
  const word = String(text);
  return word === 'inf' ? Number.POSITIVE_INFINITY : Number(word);
}

/** Runs `work` on each item, a number of them at a time. */
export async function inBatches<Item, Answer>(
  items: readonly Item[],
  size: number,
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < items.length; from += size)
    answers.push(...(await Promise.all(items.slice(from, from + size).map(work))));
  return answers;
}
