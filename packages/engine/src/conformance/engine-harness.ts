// A harness for engines in the same process: a manual clock, callers without sockets, and the few connection commands
// that the suite needs beside those of an engine. A peer's calls run one after the other, as on a connection.
import {
  type CommandName,
  commands,
  type DeferredReply,
  ReplyCollector,
  ReplyError,
  ReplyPush,
  type ReplyValue,
  Request,
} from '@msession/protocol';
import type { Caller, Clock, Engine, EngineLimits, SessionEventListener, SessionEventName } from '../engine.js';
import type { ConformanceHarness, ConformancePeer } from './harness.js';
import { ManualClock } from './manual-clock.js';

/** Makes the engine under test; limits that are not given have the engine's own defaults. */
export type MakeEngine = (clock: Clock, limits: Partial<EngineLimits>) => Engine | Promise<Engine>;

const eventNames: readonly SessionEventName[] = [
  'created',
  'destroyed',
  'expired',
  'evicted',
  'renamed',
  'locked',
  'unlocked',
];

/** Lets promises that are already settled reach those who wait for them. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function collect(reply: DeferredReply, version: 2 | 3): ReplyValue {
  const collector = new ReplyCollector(version);
  reply(collector);
  return collector.take();
}

class EnginePeer implements ConformancePeer, Caller {
  readonly id: number;
  readonly protocol: 2 | 3;
  readonly #engine: Engine;
  readonly #pushes: (readonly ReplyValue[])[] = [];
  readonly #pushTakers: ((items: readonly ReplyValue[]) => void)[] = [];
  #previous: Promise<unknown> | null = null;
  #hangUp: () => void = () => {};
  readonly #closed: Promise<never>;
  #isClosed = false;
  #unsubscribe: () => void = () => {};

  constructor(id: number, protocol: 2 | 3, engine: Engine) {
    this.id = id;
    this.protocol = protocol;
    this.#engine = engine;
    this.#closed = new Promise((_, reject) => {
      this.#hangUp = () => reject(new Error('the connection was closed'));
    });
    this.#closed.catch(() => undefined);
  }

  canReceivePush(): boolean {
    return this.protocol === 3;
  }

  push(message: DeferredReply): void {
    const value = collect(message, 3);
    if (!(value instanceof ReplyPush)) throw new Error('an engine pushed something that is no push message');
    const taker = this.#pushTakers.shift();
    if (taker === undefined) this.#pushes.push(value.items);
    else taker(value.items);
  }

  call(...words: readonly (string | Uint8Array | number)[]): Promise<ReplyValue> {
    // at once where nothing is under way, so that calls of several peers arrive in the order in which they were made
    const answer = this.#previous === null ? this.#run(words) : this.#previous.then(() => this.#run(words));
    const done = Promise.resolve(answer)
      .catch(() => undefined)
      .then(() => {
        if (this.#previous === done) this.#previous = null;
      });
    this.#previous = answer instanceof Promise ? done : null;
    return Promise.race([Promise.resolve(answer), this.#closed]);
  }

  nextPush(): Promise<readonly ReplyValue[]> {
    const arrived = this.#pushes.shift();
    if (arrived !== undefined) return Promise.resolve(arrived);
    return new Promise((resolve) => this.#pushTakers.push(resolve));
  }

  pendingPushes(): number {
    return this.#pushes.length;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#hangUp();
    this.#unsubscribe();
    this.#engine.release(this);
    await turn();
  }

  #run(words: readonly (string | Uint8Array | number)[]): ReplyValue | Promise<ReplyValue> {
    if (this.#isClosed) return Promise.reject(new Error('the connection was closed'));
    const texts = words.map((word) => (typeof word === 'object' ? '' : String(word)));
    const name = (texts[0] ?? '').toUpperCase();
    if (name === 'EVENTS') return this.#events(texts.slice(1));
    if (name === 'RESET') {
      this.#unsubscribe();
      this.#engine.release(this);
      return 'RESET';
    }
    if (name === 'CLIENT' && texts[1]?.toUpperCase() === 'UNBIND') return this.#engine.release(this);
    if (!(name in commands) || commands[name as CommandName].handledBy !== 'engine') {
      return new ReplyError('ERR', `'${name}' is no command of this harness`);
    }
    const collector = new ReplyCollector(this.protocol);
    const later = this.#engine.execute(name as CommandName, Request.of(words), collector, this);
    return later === undefined ? collector.take() : later.then((reply) => collect(reply, this.protocol));
  }

  #events(words: readonly string[]): ReplyValue {
    if (!this.canReceivePush()) return new ReplyError('ERR', 'EVENTS needs RESP3 (HELLO 3)');
    this.#unsubscribe();
    this.#unsubscribe = () => {};
    if (words[0]?.toUpperCase() === 'OFF') return 'OK';
    const wanted = words.slice(1).filter((word) => word.toUpperCase() !== 'DATA');
    const listener: SessionEventListener = {
      names: new Set(wanted.length === 0 ? eventNames : eventNames.filter((event) => wanted.includes(event))),
      wantsData: wanted.length < words.length - 1,
      onEvent: (event) => {
        const { data } = event;
        this.push((sink) => {
          sink.push(listener.wantsData ? 5 : 4);
          sink.bulkText('event');
          sink.bulkText(event.name);
          sink.bulk(event.id, 0, event.id.length);
          sink.integer(event.atMs);
          if (!listener.wantsData) return;
          if (data === null || data === undefined) sink.null();
          else sink.bulk(data, 0, data.length);
        });
      },
    };
    this.#unsubscribe = this.#engine.subscribe(listener);
    return 'OK';
  }
}

/**
 * A harness around an engine in this process, on a clock of its own.
 *
 * @example
 * for (const each of conformanceCases) {
 *   test(`${each.id} ${each.title}`, async () => {
 *     const harness = await createEngineHarness((clock, limits) => createMyEngine({ clock, limits }));
 *     try {
 *       await each.run(harness);
 *     } finally {
 *       await harness.dispose();
 *     }
 *   });
 * }
 */
export async function createEngineHarness(makeEngine: MakeEngine): Promise<ConformanceHarness> {
  const clock = new ManualClock();
  const engine = await makeEngine(clock, {});
  await engine.start();
  const peers: EnginePeer[] = [];
  return {
    async connect(options) {
      const peer = new EnginePeer(peers.length + 1, options?.protocol ?? 3, engine);
      peers.push(peer);
      return peer;
    },
    async advance(milliseconds) {
      clock.advance(milliseconds);
      await turn();
    },
    nowMs: () => clock.wallMs(),
    async configure(limits) {
      Object.assign(engine.limits, limits);
    },
    async dispose() {
      for (const peer of peers) await peer.close();
      await engine.close();
    },
  };
}
