// What one HTTP request has open, from its first read to the end of its response. express-session's `get` does not see
// the request, so the scope travels by AsyncLocalStorage; where a session object knows its request, that wins.
import { AsyncLocalStorage } from 'node:async_hooks';
import { hostname } from 'node:os';
import { HangUp } from './hang-up.js';
import { newOpenSession, type OpenSession } from './open-session.js';
import type { SessionMode } from './session-mode.js';
import type { SessionRecords } from './session-records.js';

const storage = new AsyncLocalStorage<SessionScope>();
const byOwner = new WeakMap<object, SessionScope>();
const longestNote = 200;

/** The response's side of a request: what tells when it is over. */
export interface ResponseEvents {
  once(event: 'finish' | 'close', listener: () => void): unknown;
  readonly writableFinished: boolean;
}

export class SessionScope {
  readonly #modeOf: () => SessionMode;
  readonly #noteOf: () => string;
  readonly #hangUp = new HangUp();
  /** By id of the server; a list, since nearly all requests have one. */
  readonly #opens: { readonly open: OpenSession; readonly records: SessionRecords }[] = [];
  #mode: SessionMode | undefined;
  #isEnding = false;
  #isOver = false;

  /** `modeOf` is asked once, at the first session opened; `noteOf` for each lock. */
  constructor(modeOf: () => SessionMode, noteOf: () => string) {
    this.#modeOf = modeOf;
    this.#noteOf = noteOf;
  }

  get mode(): SessionMode {
    this.#mode ??= this.#modeOf();
    return this.#mode;
  }

  /** What this request has open under an id of the server. */
  find(serverId: string): OpenSession | undefined {
    for (const { open } of this.#opens) if (open.serverId === serverId) return open;
    return undefined;
  }

  /** Opens a session in this request's mode, or reads again what is open already. */
  open(records: SessionRecords, serverId: string, mode: SessionMode = this.mode): Promise<OpenSession> {
    const known = this.find(serverId);
    if (known !== undefined && (known.isFound || known.lock !== undefined))
      return records.reopen(known).then(() => known);
    const open = newOpenSession(serverId, mode);
    const wait = mode === 'lock' ? { note: this.#noteOf(), signal: this.#hangUp } : {};
    return records.fill(open, wait).then(() => {
      this.adopt(records, open);
      return open;
    });
  }

  /** Takes a session into this request's care. */
  adopt(records: SessionRecords, open: OpenSession): void {
    if (this.#isOver) records.finish(open);
    open.isEnding = this.#isEnding;
    const index = this.#opens.findIndex((one) => one.open.serverId === open.serverId);
    if (index < 0) this.#opens.push({ open, records });
    else this.#opens[index] = { open, records };
  }

  /** Gives locks back while the request goes on: all, or that of one session. */
  async release(serverId?: string): Promise<void> {
    const entries = this.#opens.filter(({ open }) => serverId === undefined || open.serverId === serverId);
    await Promise.all(entries.map(({ open, records }) => records.release(open)));
  }

  /** Frees everything when the response is finished, or its client gone. */
  follow(response: ResponseEvents): void {
    response.once('finish', () => this.#finish());
    response.once('close', () => {
      if (!response.writableFinished) this.#abandon();
    });
  }

  /** The application has ended its response: what is saved from now on is saved for the last time. */
  noteEnd(): void {
    this.#isEnding = true;
    for (const { open } of this.#opens) open.isEnding = true;
  }

  #finish(): void {
    this.#isOver = true;
    for (const { open, records } of this.#opens) records.finish(open);
  }

  #abandon(): void {
    this.#hangUp.abort(new Error('the client hung up'));
    for (const { open, records } of this.#opens) records.abandon(open);
  }

  /** Runs a request inside the scope; `owners` (request, session) lead back to it. */
  run<Result>(owner: object, work: () => Result): Result {
    byOwner.set(owner, this);
    return storage.run(this, work);
  }

  /** Lets a session object lead back to this scope. */
  own(owner: object): void {
    byOwner.set(owner, this);
  }
}

/** The scope of the request that runs, or of one of these objects. */
export function currentScope(...owners: readonly (object | undefined | null)[]): SessionScope | undefined {
  for (const owner of owners) {
    const scope = owner === undefined || owner === null ? undefined : byOwner.get(owner);
    if (scope !== undefined) return scope;
  }
  return storage.getStore();
}

const hostAndProcess = `${hostname()} ${process.pid}`;

/** Who holds a lock, for LOCKS: host, process, method and path without its query. */
export function lockNote(method: string | undefined, url: string | undefined): string {
  const path = (url ?? '').split('?', 1)[0] ?? '';
  return `${hostAndProcess} ${method ?? ''} ${path}`.replace(/[^\u0020-\u007e]/g, '?').slice(0, longestNote);
}
