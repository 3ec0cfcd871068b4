// The scripts of the locks as calls: words in, answers out.
import type { ScriptReply } from '../connection/script-runner.js';
import type { EngineParts } from '../engine-parts.js';
import { bucketCount, type Place, placeOf } from '../layout/place.js';
import {
  lookScript,
  renewScript,
  reportScript,
  takeScript,
  unbindScript,
  withdrawScript,
} from '../scripts/locks/lock-scripts.js';
import type { Script } from '../scripts/script.js';
import type { LockLists } from './lease-watch.js';
import type { LockRequest } from './lock-request.js';
import type { LockScripts, LookAnswer, TakeAnswer, WithdrawAnswer, WithdrawMode } from './lock-scripts.js';

export interface LockReport {
  readonly key: number;
  readonly connection: number;
  readonly isBound: boolean;
  readonly note: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly waiters: readonly LockReportWaiter[];
}

export interface LockReportWaiter {
  readonly connection: number;
  readonly note: string;
  readonly sinceMs: number;
  readonly untilMs: number;
}

export class LockCalls implements LockScripts, LockLists {
  /** This front-end's name in lock records and queues. */
  readonly frontEnd: string;
  readonly #engine: EngineParts;
  readonly #lifeMs: number;

  /** `isSharded`: this front-end listens by sharded pub/sub. Scripts see it by the first letter of its name. */
  constructor(engine: EngineParts, lifeMs: number, isSharded: boolean) {
    this.#engine = engine;
    this.#lifeMs = lifeMs;
    this.frontEnd = `${isSharded ? 's' : 'p'}${engine.frontEnd}`;
  }

  async take(idText: string, number: number, request: LockRequest): Promise<TakeAnswer> {
    const { scripts, limits } = this.#engine;
    const letters = `${request.create ? 'c' : ''}${request.withData ? 'd' : ''}${request.bind ? 'b' : ''}${request.ticket === 0 ? '' : 'a'}`;
    const most = Math.min(limits.maxWaitersPerLock, request.maxWaiters ?? Number.POSITIVE_INFINITY);
    const call = scripts
      .beginAt(takeScript, place(idText), 9)
      .text(this.frontEnd)
      .text(letters)
      .integer(number)
      .integer(request.caller.id)
      .integer(request.leaseMs)
      .integer(request.waitMs)
      .integer(most)
      .bytes(Buffer.from(request.note))
      .integer(this.#lifeMs);
    const reply = await scripts.send(call);
    if (reply === -1) return { kind: 'refused', code: 'NOSESSION', message: 'there is no session of that id' };
    if (reply === -40) return { kind: 'refused', code: 'LOCKED', message: 'this connection holds the lock already' };
    if (reply === -41) return { kind: 'refused', code: 'LOCKED', message: 'another holds the lock' };
    const [first, second] = reply as readonly ScriptReply[];
    if (first === -42) {
      const limit = most === request.maxWaiters ? 'WAITERS' : 'max-waiters';
      const message = `${Number(second)} wait for this lock already; ${limit} is ${most}`;
      return { kind: 'refused', code: 'BUSY', message };
    }
    if (first === 0) return { kind: 'queued', leftMs: Number(second) };
    return { kind: 'granted', key: Number(first), data: second as Buffer | null };
  }

  async withdraw(idText: string, number: number, withData: boolean, mode: WithdrawMode): Promise<WithdrawAnswer> {
    const reply = await this.#ask(withdrawScript, idText, withData ? 'd' : '', [String(number), mode]);
    const [kind, first, second] = reply as readonly ScriptReply[];
    if (kind === 1) return { kind: 'granted', key: Number(first), data: second as Buffer | null };
    if (kind === 2) return { kind: 'queued' };
    return kind === 3 ? { kind: 'withdrawn' } : { kind: 'gone', hasSession: first === 1 };
  }

  async look(idText: string): Promise<LookAnswer> {
    const [leftMs, holder, ...queued] = (await this.#ask(lookScript, idText, '', [])) as readonly number[];
    return { leftMs: leftMs ?? 0, holder: holder ?? 0, queued };
  }

  async unbind(idText: string, key: number): Promise<boolean> {
    return (await this.#ask(unbindScript, idText, '', [String(key)])) === 1;
  }

  /** Says in the bucket of this id that this front-end lives. */
  async renew(idText: string): Promise<void> {
    const { scripts } = this.#engine;
    await scripts.send(scripts.beginAt(renewScript, place(idText), 2).text(this.frontEnd).integer(this.#lifeMs));
  }

  async report(idText: string): Promise<LockReport | undefined> {
    const { scripts } = this.#engine;
    const reply = await scripts.send(scripts.beginAt(reportScript, place(idText), 0));
    if (reply === null) return undefined;
    const [key, connection, bound, note, sinceMs, untilMs, ...waiters] = reply as readonly ScriptReply[];
    return {
      key: Number(key),
      connection: Number(connection),
      isBound: bound === 1,
      note: String(note),
      sinceMs: Number(sinceMs),
      untilMs: Number(untilMs),
      waiters: (waiters as readonly (readonly ScriptReply[])[]).map((waiter) => ({
        connection: Number(waiter[0]),
        note: String(waiter[1]),
        sinceMs: Number(waiter[2]),
        untilMs: Number(waiter[3]),
      })),
    };
  }

  async overdue(bucket: number): Promise<readonly string[]> {
    const { link, keys, clock } = this.#engine;
    const nowMs = Math.floor(clock.wallMs());
    const lockKey = keys.ofBucket(bucket, 'l');
    const presenceKey = keys.ofBucket(bucket, 'w');
    const [over, dead] = await Promise.all([
      link.run(bucket, ['ZRANGEBYSCORE', lockKey, '-inf', nowMs]),
      link.run(bucket, ['ZREMRANGEBYSCORE', presenceKey, '-inf', nowMs - this.#lifeMs]),
    ]);
    const found = dead === 0 ? over : await link.run(bucket, ['ZRANGE', lockKey, 0, -1]);
    return (found as readonly Buffer[]).map((id) => id.toString('latin1'));
  }

  async leases(): Promise<[string, number][]> {
    const { link, keys } = this.#engine;
    const lists = await Promise.all(
      Array.from({ length: bucketCount }, (_, bucket) =>
        link.run(bucket, ['ZRANGE', keys.ofBucket(bucket, 'l'), 0, -1, 'WITHSCORES']),
      ),
    );
    // RESP3 answers pairs, RESP2 one behind the other
    const flat = lists.flatMap((list) => (list as readonly ScriptReply[]).flat() as ScriptReply[]);
    const pairs: [string, number][] = [];
    for (let i = 0; i + 1 < flat.length; i += 2)
      pairs.push([(flat[i] as Buffer).toString('latin1'), Number(flat[i + 1])]);
    return pairs;
  }

  #ask(script: Script, idText: string, letters: string, words: readonly string[]): Promise<ScriptReply> {
    const { scripts } = this.#engine;
    const call = scripts
      .beginAt(script, place(idText), 2 + words.length)
      .text(this.frontEnd)
      .text(letters);
    for (const word of words) call.text(word);
    return scripts.send(call);
  }
}

function place(idText: string): Place {
  return placeOf(Buffer.from(idText, 'latin1'));
}
