// The client: every command as a method, locks, events, and the state of its connection. It owns one link; all calls
// share it, and none blocks another but a `slock` with `waitMs`, which blocks as the server says. `lock` does not.
import { EventEmitter } from 'node:events';
import { commands, encodeRequest, type ReplyValue } from '@msession/protocol';
import { compileCall, createCommandMethods, type PreparedCall, rawReply } from './command-methods.js';
import type { CommandMethods, TextInput } from './command-types.js';
import { ArgumentError, ConnectionError, type MsessionError } from './errors.js';
import { Link, type LinkState } from './link.js';
import { type LockGrant, LockWaits } from './lock-waits.js';
import { openMonitor } from './monitor.js';
import {
  type CallOptions,
  type ClientOptions,
  type Encoding,
  type ResolvedOptions,
  resolveOptions,
} from './options.js';
import { asValue } from './request-words.js';
import { SessionEvents } from './session-events.js';
import { defaultLeaseMs, defaultWaitMs, type LockOptions, SessionLock } from './session-lock.js';

/** What the client tells about its connection. No listener is needed; calls carry their own errors. */
export interface ClientEventMap {
  connecting: [{ readonly attempt: number }];
  ready: [{ readonly protocol: 2 | 3 }];
  /** A connection that was ready has ended. */
  disconnected: [{ readonly cause: Error }];
  retrying: [{ readonly attempt: number; readonly delayMs: number; readonly cause: Error }];
  /** All attempts failed; the next call starts again. */
  failed: [{ readonly error: MsessionError }];
  closed: [];
}

const lockCall = compileCall(commands.SLOCK);

/** Everything of the client that is no command. */
export class ClientCore<E extends Encoding = 'utf8'> extends EventEmitter<ClientEventMap> {
  /** What happens to sessions, as it happens. */
  readonly events: SessionEvents<E>;
  private readonly options: ResolvedOptions;
  private readonly link: Link;
  private readonly waits: LockWaits;
  private readonly held = new Set<SessionLock<Encoding>>();
  private releaseWaiters: (() => void)[] = [];

  constructor(options: ClientOptions<E>) {
    super();
    this.options = resolveOptions(options);
    this.link = new Link(this.options, {
      onConnecting: (attempt) => this.tell('connecting', { attempt }),
      onReady: (protocol) => {
        this.events.resubscribe();
        this.tell('ready', { protocol });
      },
      onLost: (cause) => {
        this.waits.reconnect();
        for (const lock of this.held) lock.verify();
        this.tell('disconnected', { cause });
      },
      onRetry: (attempt, delayMs, cause) => this.tell('retrying', { attempt, delayMs, cause }),
      onGiveUp: (error) => {
        this.events.fail(error);
        this.tell('failed', { error });
      },
      onClosed: () => {
        this.waits.fail(new ConnectionError('CLOSED', 'the client is closed'));
        this.events.end();
        this.tell('closed');
      },
      onPush: (items) => {
        if (!this.waits.receive(items)) this.events.receive(items);
      },
      isWanted: () => this.events.isActive,
    });
    this.waits = new LockWaits(this.link, this.options);
    this.events = new SessionEvents(this.link, this.options);
  }

  /** `idle`, `connecting`, `ready`, `waiting` (between two attempts), `closing` or `closed`. */
  get state(): LinkState {
    return this.link.state;
  }

  /** The protocol version in force. */
  get protocol(): 2 | 3 {
    return this.link.protocol;
  }

  /** Connects now rather than with the first call. Rejects with CONNECT_FAILED, or with the server's refusal. */
  connect(): Promise<void> {
    return this.link.connect();
  }

  /**
   * Sends any words and answers the reply as it was decoded. For commands of plugins and newer servers; the commands of
   * the table have methods.
   *
   * @example await client.send(['GETVAL', 'visit-1', 'user'])
   */
  send(words: readonly (string | Uint8Array | number | bigint)[], options: CallOptions = {}): Promise<ReplyValue> {
    if (words.length === 0) return Promise.reject(new ArgumentError('send() needs one word at least: the command'));
    const [name = ''] = words;
    return this.dispatch({
      command: String(name).toUpperCase(),
      words: words.map((word, index) => asValue(word, `word ${index} of send()`)),
      isIdempotent: false,
      isBlocking: false,
      waitMs: 0,
      options,
      read: rawReply,
    }) as Promise<ReplyValue>;
  }

  /**
   * Takes the lock of a session, waiting in the server's queue without holding up other calls. Release it yourself,
   * or use `withLock`. Rejects with LOCKED, BUSY, NOSESSION, ABORTED, NEEDS_RESP3.
   */
  lock<const Given extends Encoding = E>(id: TextInput, options: LockOptions<Given> = {}): Promise<SessionLock<Given>> {
    const waitMs = options.waitMs ?? defaultWaitMs;
    let words: PreparedCall['words'];
    try {
      words = this.lockWords(id, waitMs, options);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.waits
      .acquire({ id, waitMs, options: words.slice(2), signal: options.signal })
      .then((grant) => this.hold(id, grant, options));
  }

  private lockWords(id: TextInput, waitMs: number, options: LockOptions): PreparedCall['words'] {
    const { words } = lockCall([
      id,
      {
        leaseMs: options.leaseMs ?? defaultLeaseMs,
        create: options.create ?? false,
        withData: true,
        bind: options.bind ?? true,
        note: options.note,
      },
    ]);
    if (!Number.isSafeInteger(waitMs) || waitMs < 0)
      throw new ArgumentError('waitMs must be a whole number, 0 or more');
    return words;
  }

  private hold<Given extends Encoding>(
    id: TextInput,
    grant: LockGrant,
    options: LockOptions<Given>,
  ): SessionLock<Given> {
    const lock = new SessionLock<Given>(
      {
        options: this.options,
        dispatch: (call) => this.dispatch(call, true),
        onReleased: (released) => {
          this.held.delete(released);
          if (this.held.size === 0) for (const resolve of this.releaseWaiters.splice(0)) resolve();
        },
      },
      id,
      grant,
      options,
    );
    this.held.add(lock as unknown as SessionLock<Encoding>);
    if (grant.epoch !== this.link.epoch) lock.verify();
    return lock;
  }

  /**
   * Runs a function while holding a session's lock. What it set is written, in one step, when it returns; when it
   * throws, nothing is. Rejects with what the function threw, with what `lock` rejects with, or with LOCK_LOST.
   *
   * @example
   * await client.withLock('visit-1', async (session) => {
   *   session.set('hits', Number((await session.get('hits')) ?? 0) + 1);
   * });
   */
  async withLock<Result, const Given extends Encoding = E>(
    id: TextInput,
    run: (session: SessionLock<Given>) => Result | Promise<Result>,
    options: LockOptions<Given> = {},
  ): Promise<Result> {
    const lock = await this.lock(id, options);
    try {
      const result = await run(lock);
      await lock.release();
      return result;
    } catch (error) {
      // its own error, or that the server cannot write, says more than a lock that cannot be freed
      await lock
        .discard()
        .release()
        .catch(() => {});
      throw error;
    }
  }

  /**
   * A line for every command that any client runs, on a connection of its own; values are redacted by the server.
   * Leaving the loop or aborting the signal ends it.
   */
  async *monitor(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<string, void, undefined> {
    yield* await openMonitor(this.options, options.signal);
  }

  /**
   * Takes no more calls, lets those under way and the locks held finish, then hangs up. After `timeoutMs` (default
   * 10000) what is left fails with CLOSED.
   */
  async close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (this.state === 'closed') return;
    const timer = this.options.clock.schedule(options.timeoutMs ?? 10_000, () => this.destroy(), {
      keepsProcessAlive: true,
    });
    this.waits.fail(new ConnectionError('CLOSED', 'the client is closing'));
    this.events.end();
    const closed = new Promise<void>((resolve) => this.once('closed', resolve));
    if (this.held.size > 0) {
      this.link.refuseCalls();
      const released = new Promise<void>((resolve) => this.releaseWaiters.push(resolve));
      await Promise.race([released, closed]);
    }
    await Promise.race([this.link.close(), closed]);
    timer.cancel();
  }

  /** Hangs up at once; calls under way fail with CLOSED or CONNECTION_LOST. */
  destroy(): void {
    this.link.destroy();
  }

  private giveBack(id: PreparedCall['words'][number] | undefined, reply: ReplyValue): void {
    const key = Number(Array.isArray(reply) ? reply[0] : reply);
    if (id !== undefined && Number.isSafeInteger(key)) this.waits.release(id, key);
  }

  /** Listeners run on their own turn: one that throws cannot leave the connection half changed. */
  private tell<Name extends keyof ClientEventMap>(name: Name, ...details: ClientEventMap[Name]): void {
    queueMicrotask(() => (this.emit as (name: Name, ...details: unknown[]) => boolean).call(this, name, ...details));
  }

  /** Sends a prepared call; `isInternal` ones are taken while the client closes. */
  dispatch(call: PreparedCall, isInternal = false): Promise<unknown> {
    const { options } = call;
    const encoding = options.encoding ?? this.options.encoding;
    const timeoutMs = options.timeoutMs ?? (this.options.timeoutMs === 0 ? 0 : this.options.timeoutMs + call.waitMs);
    return new Promise((resolve, reject) => {
      const request = {
        command: call.command,
        bytes: encode(call.words),
        isIdempotent: call.isIdempotent,
        isBlocking: call.isBlocking,
        timeoutMs,
        signal: options.signal,
        onReply: (value: ReplyValue) => {
          try {
            resolve(call.read(value, encoding));
          } catch (error) {
            reject(error);
          }
        },
        onError: reject,
        // nobody has the key of a lock that is granted after its call was given up
        ...(call.command === 'SLOCK'
          ? { onLateReply: (value: ReplyValue) => this.giveBack(call.words[1], value) }
          : {}),
      };
      this.link.submit(request, { isInternal });
    });
  }
}

function encode(words: PreparedCall['words']): Uint8Array {
  try {
    return encodeRequest(words);
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
}

/** A client of one msession server; see `createClient`. */
export type MsessionClient<E extends Encoding = 'utf8'> = ClientCore<E> & CommandMethods<E>;

/**
 * Makes a client. It connects with the first call, or with `connect()`.
 *
 * @throws ArgumentError for an option it does not know or that is out of range
 * @example
 * const client = createClient({ url: 'msession://127.0.0.1:8086' });
 * await client.create('visit-1');
 * await client.setval('visit-1', { user: 'ada' });
 */
export function createClient<const E extends Encoding = 'utf8'>(options: ClientOptions<E> = {}): MsessionClient<E> {
  const core = new ClientCore<E>(options);
  return Object.assign(
    core,
    createCommandMethods<E>((call) => core.dispatch(call)),
  );
}
