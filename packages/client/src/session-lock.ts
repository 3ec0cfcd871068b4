// A held lock: what its holder reads and writes under it. Writes are collected here and leave with SUNLOCK, in one step
// or not at all. While it is held its lease is extended; when it turns out to be lost, `signal` says so.
import { commands } from '@msession/protocol';
import type { ScheduledTimer } from './client-clock.js';
import { compileCall, type PreparedCall } from './command-methods.js';
import type { BytesInput, PairsInput, TextInput, TextOf } from './command-types.js';
import { ArgumentError, LockLostError, MsessionError } from './errors.js';
import type { LockGrant } from './lock-waits.js';
import type { Encoding, ResolvedOptions } from './options.js';
import { pairsOf } from './request-words.js';

/** What a wait needs of an AbortSignal; an AbortSignal is one. */
export interface CancelSignal {
  readonly aborted: boolean;
  /** Why; becomes the cause of the error. */
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface LockOptions<E extends Encoding = Encoding> {
  /** Milliseconds to wait in the server's queue; 0: fail with LOCKED at once. Default 30000. */
  readonly waitMs?: number;
  /** Milliseconds the server keeps the lock for a holder that is not heard of. Default 30000. */
  readonly leaseMs?: number;
  /** Lock an id that has no session yet; the first write makes it. Default false: NOSESSION. */
  readonly create?: boolean;
  /** Free the lock at once when this client's connection ends. Default true. */
  readonly bind?: boolean;
  /** Who holds it, shown by LOCKS: host, process, URL. */
  readonly note?: string;
  /** Ends the wait; a lock already held is not affected. */
  readonly signal?: CancelSignal;
  /** The lease is extended for so many milliseconds in all, so that a hung holder ends one day; 0: not at all. Default 300000. */
  readonly renewForMs?: number;
  /** Of the data and variables read. */
  readonly encoding?: E;
}

/** What a lock needs of its client. */
export interface LockHost {
  readonly options: ResolvedOptions;
  dispatch(call: PreparedCall): Promise<unknown>;
  onReleased(lock: SessionLock<Encoding>): void;
}

const unlock = compileCall(commands.SUNLOCK);
const extend = compileCall(commands.SEXTEND);
const readVariable = compileCall(commands.GETVAL);
const readVariables = compileCall(commands.GETALL);

/** A lock that this process holds. Made by `client.lock()`; `client.withLock()` releases it by itself. */
export class SessionLock<E extends Encoding = 'utf8'> {
  readonly id: TextInput;
  /** The fencing token: grows with every lock taken on the server. */
  readonly key: number;
  /** Another held it when it was asked for. */
  readonly hasWaited: boolean;
  private readonly host: LockHost;
  private readonly encoding: Encoding;
  private readonly leaseMs: number;
  private readonly renewUntilMs: number;
  /** Made for who asks for the signal: a page that nobody disturbs has no use for it. */
  private controller: AbortController | undefined;
  private loss: LockLostError | undefined;
  private held: Buffer | null;
  private writes: Writes = emptyWrites();
  private renewal: ScheduledTimer | undefined;
  private released: Promise<void> | undefined;

  constructor(host: LockHost, id: TextInput, grant: LockGrant, options: LockOptions) {
    this.host = host;
    this.id = id;
    this.key = grant.key;
    this.held = grant.data;
    this.hasWaited = grant.hasWaited;
    this.encoding = options.encoding ?? host.options.encoding;
    this.leaseMs = options.leaseMs ?? defaultLeaseMs;
    this.renewUntilMs = host.options.clock.nowMs() + (options.renewForMs ?? 300_000);
    this.scheduleRenewal();
  }

  /** Aborted, with a LockLostError, as soon as the lock is known to be lost. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.loss !== undefined && !this.controller.signal.aborted) this.controller.abort(this.loss);
    return this.controller.signal;
  }

  /** The session's data as it was when the lock was taken, or as set since; null when there is none. */
  get data(): TextOf<E> | null {
    const { held } = this;
    if (held === null) return null;
    return (this.encoding === 'buffer' ? held : held.toString('utf8')) as TextOf<E>;
  }

  /** Data to be written when the lock is released. */
  setData(data: string | Uint8Array): this {
    this.held = typeof data === 'string' ? Buffer.from(data, 'utf8') : Buffer.from(data);
    this.writes.data = this.held;
    return this;
  }

  /** A variable, with what was set here in mind; null when the session has none of that name. */
  async get(name: TextInput): Promise<TextOf<E> | null> {
    const written = this.writes.variables?.get(keyOf(name));
    if (written !== undefined) return written.value === undefined ? null : (this.asText(written.value) as TextOf<E>);
    const call = readVariable([this.id, name, { encoding: this.encoding }]);
    return (await this.read(call, null)) as TextOf<E> | null;
  }

  /** All variables, with what was set here in mind. */
  async getAll(): Promise<Map<string, TextOf<E>>> {
    const call = readVariables([this.id, { encoding: this.encoding }]);
    const all = (await this.read(call, new Map())) as Map<string, TextOf<E>>;
    for (const { name, value } of this.writes.variables?.values() ?? []) {
      const key = typeof name === 'string' ? name : Buffer.from(name).toString('utf8');
      if (value === undefined) all.delete(key);
      else all.set(key, this.asText(value) as TextOf<E>);
    }
    return all;
  }

  /** Variables to be set when the lock is released: one, or an object, Map or iterable of them. */
  set(name: TextInput, value: BytesInput): this;
  set(variables: PairsInput<TextInput, BytesInput>): this;
  set(first: TextInput | PairsInput<TextInput, BytesInput>, value?: BytesInput): this {
    const pairs: Iterable<readonly [unknown, unknown]> =
      typeof first === 'string' || first instanceof Uint8Array
        ? [[first, value]]
        : pairsOf(first, 'variables of set()');
    for (const [name, given] of pairs) {
      if (given === undefined) throw new ArgumentError('value of set() is missing');
      this.write({ name: name as TextInput, value: given as BytesInput });
    }
    return this;
  }

  /** Variables to be removed when the lock is released. */
  unset(...names: readonly TextInput[]): this {
    for (const name of names) this.write({ name, value: undefined });
    return this;
  }

  private write(variable: Variable): void {
    this.writes.variables ??= new Map();
    this.writes.variables.set(keyOf(variable.name), variable);
  }

  /** The class to be written when the lock is released. */
  setClass(className: string | Uint8Array): this {
    this.writes.className = className;
    return this;
  }

  /** The session's timeout from the release on: seconds; 0 never, below 0 the server's default. */
  setTimeout(seconds: number): this {
    this.writes.timeoutSeconds = seconds;
    return this;
  }

  /** Forgets what was set and not written yet. */
  discard(): this {
    this.writes = emptyWrites();
    return this;
  }

  /** Holds the lock for so long from now. Rejects with LOCK_LOST when it is not held any more. */
  async extend(leaseMs: number = this.leaseMs): Promise<void> {
    try {
      await this.host.dispatch(extend([this.id, this.key, { leaseMs }]));
    } catch (error) {
      throw this.noticeLoss(error);
    }
  }

  /**
   * Writes what was set and frees the lock, in one step. Rejects with LOCK_LOST, and then nothing was written; a
   * second call changes nothing. With `ifRevision` it is done only if the data still has that revision; otherwise it
   * rejects with STALE, nothing was written, and the lock is still held. After OOM it is, too.
   */
  release(options: { readonly ifRevision?: number } = {}): Promise<void> {
    this.released ??= this.unlock(options.ifRevision);
    return this.released;
  }

  /** The connection ended: a bound lock may be gone. The server knows. */
  verify(): void {
    if (this.released === undefined) this.extend().catch(() => {});
  }

  private unlock(ifRev: number | undefined): Promise<void> {
    this.renewal?.cancel();
    const options = optionsOf(this.writes);
    const hasWrites = Object.keys(options).length > 0;
    if (ifRev !== undefined) options.ifRev = ifRev;
    const onReleased = () => this.host.onReleased(this as unknown as SessionLock<Encoding>);
    let freed: Promise<unknown>;
    try {
      freed = this.host.dispatch(unlock([this.id, this.key, options]));
    } catch (error) {
      freed = Promise.reject(error);
    }
    return freed.then(onReleased, (error: unknown) => {
      const code = error instanceof MsessionError ? error.code : undefined;
      if (code === 'STALE' || code === 'OOM') {
        this.released = undefined;
        this.scheduleRenewal();
        throw error;
      }
      onReleased();
      // whoever destroyed the session has freed its lock, too; that is no loss where nothing was to be written
      if (code !== 'NOSESSION' || hasWrites) throw this.noticeLoss(error);
    });
  }

  private scheduleRenewal(): void {
    const { clock } = this.host.options;
    const delayMs = Math.max(1, Math.floor(this.leaseMs / 3));
    if (clock.nowMs() + delayMs > this.renewUntilMs) return;
    this.renewal = clock.schedule(delayMs, () => {
      this.extend().catch(() => {});
      if (this.loss === undefined) this.scheduleRenewal();
    });
  }

  private noticeLoss(error: unknown): unknown {
    const isLost = error instanceof MsessionError && (error.code === 'NOWLOCK' || error.code === 'NOSESSION');
    if (!isLost) return error;
    this.renewal?.cancel();
    const loss = new LockLostError('the lock was lost before it was released; nothing was written', error);
    this.loss ??= loss;
    this.controller?.abort(this.loss);
    return loss;
  }

  /** A reserved id has no session yet: it reads as an empty one. */
  private async read(call: PreparedCall, whenMissing: unknown): Promise<unknown> {
    try {
      return await this.host.dispatch(call);
    } catch (error) {
      if (error instanceof MsessionError && error.code === 'NOSESSION') return whenMissing;
      throw error;
    }
  }

  private asText(value: BytesInput): string | Buffer {
    const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value), 'utf8');
    return this.encoding === 'buffer' ? bytes : bytes.toString('utf8');
  }
}

export const defaultLeaseMs = 30_000;
export const defaultWaitMs = 30_000;

interface Writes {
  data: Buffer | undefined;
  className: string | Uint8Array | undefined;
  timeoutSeconds: number | undefined;
  /** By the name's bytes. */
  variables: Map<string, Variable> | undefined;
}

/** An undefined value removes. */
interface Variable {
  readonly name: TextInput;
  readonly value: BytesInput | undefined;
}

function emptyWrites(): Writes {
  return { data: undefined, className: undefined, timeoutSeconds: undefined, variables: undefined };
}

function optionsOf(writes: Writes): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  if (writes.data !== undefined) options.data = writes.data;
  if (writes.className !== undefined) options.className = writes.className;
  if (writes.timeoutSeconds !== undefined) options.timeoutSeconds = writes.timeoutSeconds;
  if (writes.variables === undefined) return options;
  const given = [...writes.variables.values()];
  const variables = given.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]);
  const unset = given.filter(({ value }) => value === undefined).map(({ name }) => name);
  if (variables.length > 0) options.variables = variables;
  if (unset.length > 0) options.unset = unset;
  return options;
}

function keyOf(name: TextInput): string {
  return Buffer.from(name as string).toString('latin1');
}
