// A prefix of Redis as a target for sessions: empty before, and refused by front-ends until all is there. Each family is put
// in one step with its indexes, by the rules that a move between buckets follows.
import {
  DumpFault,
  EngineError,
  type SessionTarget,
  StoreFault,
  type StreamedFamily,
  type StreamHeader,
} from '@msession/engine';
import { type LayoutState, readLayout, writeLayout } from '../layout/layout-record.js';
import { placeOf } from '../layout/place.js';
import { clear, hasSessions, ofAllBuckets } from './bucket-contents.js';
import { putFamilyScript, raiseCounter } from './dump-scripts.js';
import { toWords } from './family-fields.js';
import { openAccess, type RedisAccess, type RedisAccessOptions, redisTimeMs } from './redis-access.js';
import { RestoreClaim } from './restore-claim.js';

const atOnce = 512;
const isThere = -2;

export interface RedisTargetOptions extends RedisAccessOptions {
  /** Replicas that must have each family before the next ones follow; default 0. */
  readonly replicasAck?: number;
  /**
   * `passes` (default): time goes on since the moment of the stream, so what would have ended since has ended. `stands`:
   * every session has what it had left at that moment.
   */
  readonly meanwhile?: 'passes' | 'stands';
}

/**
 * The sessions of a prefix that has none, while no front-end is at work there. `finish` lets front-ends in; what a killed
 * attempt left is removed by the next.
 */
export function redisTarget(options: RedisTargetOptions): SessionTarget {
  return new RedisTarget(options);
}

class RedisTarget implements SessionTarget {
  readonly #options: RedisTargetOptions;
  #access: RedisAccess | undefined;
  #claim: RestoreClaim | undefined;
  /** What is written again when the attempt is abandoned; undefined while nothing was changed. */
  #before: LayoutState | undefined;
  #header: StreamHeader = { atMs: 0, keyCeiling: 0, searched: [] };
  /** The stream's moment by the clock of Redis. */
  #startMs = 0;

  constructor(options: RedisTargetOptions) {
    this.#options = options;
  }

  async begin(header: StreamHeader): Promise<void> {
    this.#header = header;
    const access = await openAccess(this.#options, this.#options.replicasAck);
    this.#access = access;
    const { link, keys } = access;
    this.#claim = await RestoreClaim.take(access);
    const state = await readLayout(link, keys);
    if (state !== 'restoring' && (await hasSessions(access)))
      throw new StoreFault(
        `Redis keeps sessions under the prefix '${keys.prefix}' already; restore under another (?prefix=text), or remove those first`,
      );
    this.#before = state === 'restoring' ? 'none' : state;
    await writeLayout(link, keys, 'restoring');
    // half of an attempt that was killed, or `globals` as a front-end makes it
    await clear(access);
    this.#startMs = this.#options.meanwhile === 'stands' ? await redisTimeMs(access) : header.atMs;
    link.expectReplicas();
  }

  async put(families: readonly StreamedFamily[]): Promise<void> {
    for (let from = 0; from < families.length; from += atOnce) {
      await this.#claim?.check();
      // all have ended before anything is taken back
      const done = await Promise.allSettled(families.slice(from, from + atOnce).map((family) => this.#put(family)));
      for (const each of done) if (each.status === 'rejected') throw each.reason;
    }
  }

  async #put(family: StreamedFamily): Promise<void> {
    const { scripts } = this.#access as RedisAccess;
    const words = toWords(family, this.#startMs);
    if (words.length === 0) return;
    const call = scripts.beginAt(putFamilyScript, placeOf(family.id), words.length);
    for (const word of words) typeof word === 'string' ? call.text(word) : call.bytes(word);
    if ((await scripts.send(call)) === isThere)
      throw new DumpFault(
        `${family.line === undefined ? '' : `line ${family.line}: `}field id is that of an earlier session`,
      );
  }

  async finish(): Promise<void> {
    const { link, keys } = this.#access as RedisAccess;
    const ceiling = String(this.#header.keyCeiling);
    await ofAllBuckets((bucket) => {
      const counter = keys.ofBucket(bucket, 'k');
      return link.run(bucket, ['EVAL', raiseCounter, 1, counter, ceiling]);
    });
    await this.#claim?.check();
    await writeLayout(link, keys, 'ours');
    this.#before = undefined;
    await this.#end();
  }

  async abandon(): Promise<void> {
    const access = this.#access;
    if (access === undefined) return;
    try {
      if (this.#before !== undefined) {
        await this.#claim?.check();
        await clear(access);
        await writeLayout(access.link, access.keys, this.#before);
      }
    } catch (error) {
      throw new EngineError(
        'UNAVAILABLE',
        `the restore failed, and what it had put under the prefix '${access.keys.prefix}' of Redis could not be removed ` +
          `(${error instanceof Error ? error.message : String(error)}); daemons refuse that prefix until sessions are restored there again`,
      );
    } finally {
      await this.#end();
    }
  }

  async #end(): Promise<void> {
    // where Redis is away it ends by itself
    await this.#claim?.giveBack().catch(() => undefined);
    this.#claim = undefined;
    this.#access?.link.close();
    this.#access = undefined;
  }
}
