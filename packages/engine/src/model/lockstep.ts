// Runs one script on two engines, step by step, and compares all that can be seen: replies, pushes, events, what still
// waits, and at the end every session. Keys, revisions and random ids differ between engines, so they are compared by
// their mapping: one to one, and in the same order.
import assert from 'node:assert/strict';
import {
  type CommandName,
  type DeferredReply,
  ReplyCollector,
  ReplyMap,
  ReplyPush,
  type ReplyValue,
  Request,
  replyText,
} from '@msession/protocol';
import { ManualClock } from '../conformance/manual-clock.js';
import type { Caller, Clock, Engine, EngineLimits, SessionEvent, SessionEventName } from '../engine.js';
import { Mapping, plain } from './mapping.js';
import { callerCount, type Reference, type ScriptWord, type Step, shownStep } from './script.js';

export type MakeEngine = (clock: Clock, limits: Partial<EngineLimits>) => Engine;

const limits: Partial<EngineLimits> = {
  defaultTimeoutSeconds: 20,
  maxWaitersPerLock: 2,
  maxVariablesPerSession: 4,
  maxSubSessionsPerSession: 2,
  maxSearchedNames: 1,
  showIds: true,
};

/** For a left engine whose work is done elsewhere. */
export interface RemoteSteps {
  /** Lets time pass, with all that falls due; overdue sessions have ended when it resolves. */
  advance(engine: Engine, clock: ManualClock, milliseconds: number): Promise<void>;
  /** Resolves when nothing that the engine was asked is under way. */
  settle(engine: Engine): Promise<void>;
}

/** Expiry may be noticed early or late; everything else happens at its moment. */
const timelyEvents: readonly SessionEventName[] = ['created', 'destroyed', 'renamed', 'locked', 'unlocked'];

function collect(reply: DeferredReply): ReplyValue {
  const collector = new ReplyCollector(3);
  reply(collector);
  return collector.take();
}

class ScriptCaller implements Caller {
  readonly id: number;
  readonly pushes: (readonly ReplyValue[])[] = [];
  /** The reply of an SLOCK that waits; null when nothing is under way. */
  waiting: { words: readonly ScriptWord[]; reply: ReplyValue | undefined } | null = null;

  constructor(id: number) {
    this.id = id;
  }

  canReceivePush(): boolean {
    return true;
  }

  push(message: DeferredReply): void {
    const value = collect(message);
    assert.ok(value instanceof ReplyPush, 'an engine pushes push messages');
    this.pushes.push(value.items);
  }
}

/** One engine with its clock and callers. */
class World {
  readonly clock = new ManualClock();
  readonly engine: Engine;
  readonly callers: ScriptCaller[] = [];
  readonly events: string[] = [];
  readonly expired: string[] = [];
  readonly references: Record<Reference['ref'], { of: string; value: string | number }[]> = {
    key: [],
    revision: [],
    ticket: [],
    made: [],
  };

  constructor(makeEngine: MakeEngine) {
    this.engine = makeEngine(this.clock, limits);
    this.engine.subscribe({
      names: new Set(timelyEvents),
      wantsData: true,
      onEvent: (event) => this.events.push(eventText(event)),
    });
    this.engine.subscribe({
      names: new Set(['expired']),
      wantsData: false,
      onEvent: (event) => this.expired.push(event.id.toString('latin1')),
    });
    for (let i = 0; i < callerCount; i++) this.callers.push(new ScriptCaller(i + 1));
  }

  wordsOf(words: readonly ScriptWord[]): (string | number)[] {
    return words.map((word) => {
      if (typeof word !== 'object') return word;
      const known = this.references[word.ref].filter(({ of }) => word.of === '' || of === word.of);
      return known.at(-1 - word.back)?.value ?? (word.ref === 'made' ? 'none' : 1);
    });
  }

  ask(caller: Caller, words: readonly (string | number)[]): ReplyValue | Promise<ReplyValue> {
    const collector = new ReplyCollector(3);
    const later = this.engine.execute(words[0] as CommandName, Request.of(words), collector, caller);
    return later === undefined ? collector.take() : later.then(collect);
  }

  close(at: number, nextId: number): void {
    const caller = this.callers[at] as ScriptCaller;
    this.engine.release(caller);
    this.callers[at] = new ScriptCaller(nextId);
  }
}

function eventText(event: SessionEvent): string {
  const data = event.data === undefined || event.data === null ? 'no data' : event.data.toString('latin1');
  const newId = event.newId === undefined ? '' : ` to ${event.newId.toString('latin1')}`;
  return `${event.id.toString('latin1')}: ${event.name}${newId} at ${event.atMs} with ${data}`;
}

class Lockstep {
  readonly left: World;
  readonly right: World;
  readonly mapping = new Mapping();
  readonly #remote: RemoteSteps | undefined;
  #callersMade = callerCount;

  constructor(left: World, right: World, remote: RemoteSteps | undefined) {
    this.left = left;
    this.right = right;
    this.#remote = remote;
  }

  async step(step: Step): Promise<void> {
    await this.advance(1);
    if (step.kind === 'pause') await this.advance(step.ms);
    else if (step.kind === 'list') await this.listByPages(step.pageSize);
    else if (step.kind === 'call') await this.call(step.caller, step.words);
    else if (step.kind === 'unbind') this.unbind(step.caller);
    else this.#close(step.caller);
    await this.compare();
  }

  #close(at: number): void {
    this.#callersMade++;
    this.left.close(at, this.#callersMade);
    this.right.close(at, this.#callersMade);
  }

  /** All callers hang up and others come. */
  async hangUp(): Promise<void> {
    for (let at = 0; at < callerCount; at++) this.#close(at);
    await this.compare();
  }

  async advance(ms: number): Promise<void> {
    const { engine, clock } = this.left;
    if (this.#remote === undefined) clock.advance(ms);
    else await this.#remote.advance(engine, clock, ms);
    this.right.clock.advance(ms);
  }

  unbind(at: number): void {
    // behind an SLOCK that waits, it could not have been read
    if (this.left.callers[at]?.waiting !== null) return;
    const freed = [this.left, this.right].map((world) => world.engine.release(world.callers[at] as ScriptCaller));
    assert.equal(freed[0], freed[1], 'what release freed');
  }

  async call(at: number, words: readonly ScriptWord[]): Promise<void> {
    const left = this.left.callers[at] as ScriptCaller;
    const right = this.right.callers[at] as ScriptCaller;
    if (left.waiting !== null) return;
    const replies = [
      this.left.ask(left, this.left.wordsOf(words)),
      this.right.ask(right, this.right.wordsOf(words)),
    ] as const;
    const isWaiting = words[0] === 'SLOCK' && replies.some((reply) => reply instanceof Promise);
    if (!isWaiting) {
      this.note(words, await replies[0], await replies[1], 'the reply');
      return;
    }
    for (const [i, caller] of [left, right].entries()) {
      const waiting: ScriptCaller['waiting'] = { words, reply: undefined };
      caller.waiting = waiting;
      void Promise.resolve(replies[i] as ReplyValue | Promise<ReplyValue>).then((reply) => {
        waiting.reply = reply;
      });
    }
  }

  /** Compares two replies to the same words, and remembers what later steps may refer to. */
  note(words: readonly ScriptWord[], left: ReplyValue, right: ReplyValue, what: string): void {
    const [command, of] = words;
    const texts = [replyText(left), replyText(right)] as const;
    const isMade = (command === 'UNIQ' || command === 'SUBNEW') && texts[0] !== undefined && texts[1] !== undefined;
    if (isMade) this.mapping.addText(texts[0] ?? '', texts[1] ?? '');
    if (command === 'LOCKS') {
      this.mapping.match(byKey(left), byKey(right), what);
      return;
    }
    this.mapping.match(left, right, what);
    const isTicket = command === 'SLOCK' && words.includes('ASYNC');
    for (const [world, reply] of [
      [this.left, left],
      [this.right, right],
    ] as const) {
      const id = String(world.wordsOf([of ?? ''])[0]);
      const numbers = [reply, ...(Array.isArray(reply) ? reply : [])].filter((item) => typeof item === 'number');
      const refer = (ref: Reference['ref'], value: string | number) => world.references[ref].push({ of: id, value });
      if (isMade) refer('made', command === 'UNIQ' ? (replyText(reply) ?? '') : `${id}/${replyText(reply)}`);
      for (const value of numbers) {
        if (isTicket) refer('ticket', value);
        else if (command === 'SLOCK') refer('key', value);
        else if (value > 1e15) refer('revision', value);
      }
    }
  }

  async listByPages(pageSize: number): Promise<void> {
    const listed: string[][] = [];
    for (const world of [this.left, this.right]) {
      const ids: string[] = [];
      let cursor = '0';
      do {
        const reply = await world.ask(new ScriptCaller(0), ['LIST', 'CURSOR', cursor, 'COUNT', pageSize]);
        assert.ok(Array.isArray(reply) && Array.isArray(reply[1]), 'LIST CURSOR answers a cursor and a page');
        cursor = replyText(reply[0] as ReplyValue) ?? '0';
        ids.push(...(reply[1] as ReplyValue[]).map((id) => replyText(id) ?? ''));
      } while (cursor !== '0');
      listed.push(ids);
    }
    const [left = [], right = []] = listed;
    assert.deepEqual(left.map((id) => this.mapping.translate(id)).sort(), right.sort(), 'the ids listed by pages');
  }

  /** Compares what came by itself: answers to those who waited, pushes, events, counts. */
  async compare(): Promise<void> {
    await this.#remote?.settle(this.left.engine);
    for (let turns = 0; turns < 4; turns++) await null;
    for (const [at, left] of this.left.callers.entries()) {
      const right = this.right.callers[at] as ScriptCaller;
      const [leftReply, rightReply] = [left.waiting?.reply, right.waiting?.reply];
      if (left.waiting !== null && (leftReply !== undefined || rightReply !== undefined)) {
        const shown = (reply: ReplyValue | undefined) => (reply === undefined ? 'waits' : plain(reply));
        const what = `caller ${at}: ${shown(leftReply)} and ${shown(rightReply)}`;
        assert.ok(leftReply !== undefined && rightReply !== undefined, `${what}: one waits on`);
        this.note(left.waiting.words, leftReply, rightReply, `the late reply to caller ${at}`);
        left.waiting = null;
        right.waiting = null;
      }
      const [leftPushes, rightPushes] = [left.pushes.splice(0).sort(byTicket), right.pushes.splice(0).sort(byTicket)];
      this.mapping.match(leftPushes, rightPushes, `pushes to caller ${at}`);
      for (const [world, pushes] of [
        [this.left, leftPushes],
        [this.right, rightPushes],
      ] as const) {
        for (const [, , id, , key] of pushes) {
          if (typeof key === 'number') world.references.key.push({ of: replyText(id) ?? '', value: key });
        }
      }
    }
    // what befalls one session comes in order; of several sessions in one step the order is the engine's own
    const events = (world: World, translate: (text: string) => string) =>
      inOrderOfIds(world.events.splice(0).map((event) => translate(event)));
    const leftEvents = events(this.left, (text) => this.mapping.translate(text));
    assert.deepEqual(
      leftEvents,
      events(this.right, (text) => text),
      'events',
    );
    const counts = (world: World) => {
      const { created, destroyed, locksHeld, lockWaiters, locksGranted, locksTimedOut } = world.engine.statistics();
      const own = { created, destroyed, lockWaiters, locksGranted, locksTimedOut };
      // what is counted elsewhere is known as of a moment ago
      return this.#remote === undefined ? { ...own, locksHeld } : own;
    };
    assert.deepEqual(counts(this.left), counts(this.right), 'statistics');
  }

  /** Compares every session that is left, and then what has expired when all that can has. */
  async finish(): Promise<void> {
    const observers = [new ScriptCaller(0), new ScriptCaller(0)] as const;
    // an id may be random, and then it is another in each world
    const ask = async (command: string, ids: readonly [string, string] | null, ...rest: readonly string[]) => {
      const words = (at: 0 | 1) => [command, ...(ids === null ? [] : [ids[at]]), ...rest];
      const left = await this.left.ask(observers[0], words(0));
      const right = await this.right.ask(observers[1], words(1));
      this.note(words(1), left, right, `at the end, ${words(1).join(' ')}`);
      return [textsIn(left), textsIn(right)] as const;
    };
    const sessions: [string, string][] = ['a', 'b', 'a/x', 'globals'].map((id) => [id, id]);
    for (const name of ['n', 'm', 'k', 'user', 'KEY']) await ask('LISTVAR', [name, name]);
    const [leftIds, rightIds] = await ask('LIST', null);
    for (const [i, leftId] of leftIds.entries()) {
      const rightId = rightIds[i] ?? '';
      sessions.push([leftId, rightId]);
      const [leftSubs, rightSubs] = await ask('SUBLIST', [leftId, rightId]);
      for (const [j, sub] of leftSubs.entries()) sessions.push([`${leftId}/${sub}`, `${rightId}/${rightSubs[j]}`]);
    }
    await ask('LOCKS', null);
    for (const ids of sessions) {
      for (const fact of ['TTL', 'AGE', 'LOCK']) await ask('CTL', ids, fact);
      await ask('TIMEOUT', ids);
      await ask('GETOBJECT', ids);
    }
    await this.advance(100 * 86_400_000);
    await ask('COUNT', null);
    await ask('LIST', null);
    await this.compare();
    const expired = (world: World) => [...world.expired].sort();
    const leftExpired = this.left.expired.map((id) => this.mapping.translate(id)).sort();
    assert.deepEqual(leftExpired, expired(this.right), 'what expired');
    const alive = (world: World) => [world.engine.statistics().sessions, world.engine.statistics().subSessions];
    if (this.#remote === undefined)
      assert.deepEqual(alive(this.left), alive(this.right), 'sessions and sub-sessions left');
    await this.left.engine.close();
    await this.right.engine.close();
  }
}

function textsIn(reply: ReplyValue): string[] {
  return Array.isArray(reply) ? reply.map((item: ReplyValue) => replyText(item) ?? '') : [];
}

function byTicket(left: readonly ReplyValue[], right: readonly ReplyValue[]): number {
  return Number(left[1]) - Number(right[1]);
}

/** Sorted by what stands before the first colon, the id; equal ones keep their order. */
function inOrderOfIds(events: readonly string[]): string[] {
  const idOf = (event: string) => event.slice(0, event.indexOf(': '));
  return [...events].sort((left, right) => (idOf(left) < idOf(right) ? -1 : idOf(left) > idOf(right) ? 1 : 0));
}

/** LOCKS in the order of its keys: the table shows locks in any. */
function byKey(reply: ReplyValue): ReplyValue {
  if (!Array.isArray(reply)) return reply;
  const key = (record: ReplyValue) => (record instanceof ReplyMap ? Number(record.get('key')) : 0);
  return [...(reply as readonly ReplyValue[])].sort((left, right) => key(left) - key(right));
}

/**
 * Runs a script on both engines; throws at the first step after which they differ, with the steps so far.
 * @param left the engine under test
 * @param right the engine that it is judged by
 * @param between called behind every step with the left engine; `hangUp` replaces all callers of both
 * @param remote how to wait for a left engine whose work is done elsewhere
 */
export async function runInLockstep(
  left: MakeEngine,
  right: MakeEngine,
  script: readonly Step[],
  between: (engine: Engine, hangUp: () => Promise<void>) => Promise<void> = async () => {},
  remote?: RemoteSteps,
): Promise<void> {
  const both = new Lockstep(new World(left), new World(right), remote);
  await both.left.engine.start();
  await both.right.engine.start();
  const done: string[] = [];
  try {
    for (const step of script) {
      done.push(shownStep(step));
      await both.step(step);
      await between(both.left.engine, () => both.hangUp());
    }
    done.push('the end');
    await both.finish();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nafter\n  ${done.join('\n  ')}`);
  }
}
