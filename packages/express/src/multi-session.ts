// Several sub-sessions, one for each browser window, inside one parent session: the behaviour of Perl's
// MasonX::Request::WithMultiSession. A sub-session is the server's session `parent/sub`, with a lock and a life of its
// own, so windows neither wait for each other nor see each other's data. Everything opened here is saved when the
// response ends.
import type { MsessionClient } from '@msession/client';
import { hiddenField, urlWithId } from './carried-id.js';
import { codeOf, SessionStoreError } from './errors.js';
import { newOpenSession, type OpenSession } from './open-session.js';
import type { SessionData } from './serializers.js';
import type { SessionMode } from './session-mode.js';
import type { SessionRecords } from './session-records.js';
import type { SessionScope } from './session-scope.js';
import { checkSubSessionId, newSubSessionId } from './sub-session-id.js';
import { WindowSession } from './window-session.js';

/** What a request's parent session can do; express-session's `Session` does. */
export interface ParentSession {
  cookie: unknown;
  save(callback: (error?: unknown) => void): unknown;
  destroy(callback: (error?: unknown) => void): unknown;
  [key: string]: unknown;
}

/** The side of the middleware: the parent session, and how it is made again. */
export interface ParentHost {
  readonly serverId: string;
  readonly session: ParentSession;
  readonly host: string | undefined;
  /** Runs with `req.session` showing the parent, while `work` runs and no longer. */
  asParent<Result>(work: () => Result): Result;
  /** A new parent session, after the old one was deleted. */
  generate(): void;
  /** Deletes the parent session and makes a new one. */
  regenerate(): Promise<void>;
  /** Notes that sub-sessions live in the parent, so that it is saved and its cookie sent. */
  mark(): void;
}

export interface MultiSessionSettings {
  readonly parameter: string;
  readonly mode: SessionMode;
  readonly maxSubSessions: number;
}

export interface SessionRequest {
  /** A new sub-session with a copy of the current one's data; wins over `new`. */
  readonly clone?: boolean;
  /** A new, empty sub-session. */
  readonly new?: boolean;
  /** This sub-session; made under this id if there is none. */
  readonly subSessionId?: string;
  /** Perl's name of `subSessionId`. */
  readonly sub_session_id?: string;
}

/** Bytes; the server knows no longer ids. */
const longestServerId = 255;

interface Window {
  readonly id: string;
  readonly open: OpenSession;
  readonly session: WindowSession;
  /** The data as it was read, to tell whether it was changed. */
  saved: string | undefined;
  /** Its id was shown to the application, which may have put it into a page: it must be known next time. */
  isHandedOut: boolean;
}

/** `req.multiSession`. */
export class MultiSession {
  readonly #parent: ParentHost;
  readonly #records: SessionRecords;
  readonly #scope: SessionScope;
  readonly #settings: MultiSessionSettings;
  readonly #windows = new Map<string, Window>();
  #current: Window | undefined;
  /** An id that was set and not opened yet. */
  #chosen: string | undefined;
  #isParentDeleted = false;

  constructor(parent: ParentHost, records: SessionRecords, scope: SessionScope, settings: MultiSessionSettings) {
    this.#parent = parent;
    this.#records = records;
    this.#scope = scope;
    this.#settings = settings;
  }

  /**
   * The session of this window; with `clone` or `new` that of a new one, which becomes the current one. Renews its life.
   */
  async session(request: SessionRequest = {}): Promise<WindowSession> {
    if (this.#isParentDeleted) this.#parent.generate();
    this.#isParentDeleted = false;
    const id = request.subSessionId ?? request.sub_session_id;
    if (id !== undefined) this.subSessionId = id;
    if (this.#chosen !== undefined) await this.#openChosen(this.#chosen);
    else if (this.#current?.open.isFound === true) await this.#renew(this.#current);
    if (request.clone === true) this.#begin(newSubSessionId(), this.#copyOfCurrent());
    else if (request.new === true) this.#begin(newSubSessionId(), {});
    const window = this.#inUse();
    window.isHandedOut = true;
    return window.session;
  }

  /** The id of the current sub-session: put it into links and forms. Setting it chooses another, for `session()` to open. */
  get subSessionId(): string {
    if (this.#chosen !== undefined) return this.#chosen;
    const window = this.#inUse();
    window.isHandedOut = true;
    return window.id;
  }

  set subSessionId(id: string) {
    const checked = checkSubSessionId(id);
    this.#chosen = checked === this.#current?.id ? undefined : checked;
  }

  /** Perl's name of `subSessionId`. */
  get sub_session_id(): string {
    return this.subSessionId;
  }

  set sub_session_id(id: string) {
    this.subSessionId = id;
  }

  /** The parent session, which all windows share. */
  get parent(): ParentSession {
    return this.#parent.session;
  }

  /** Whether this request has a sub-session so far: one that its URL named, or that was used. */
  get isInUse(): boolean {
    return this.#current !== undefined || this.#chosen !== undefined;
  }

  /** Ids of all sub-sessions that the server knows. */
  async subSessionIds(): Promise<string[]> {
    try {
      return await this.#client.sublist(this.#parent.serverId, { encoding: 'utf8' });
    } catch (error) {
      if (codeOf(error) !== 'NOSESSION') throw error;
      return [];
    }
  }

  /** Ends the current sub-session, or the one of this id. The next use makes a new one if it was the current one. */
  async deleteSubSession(id?: string): Promise<void> {
    const target = id === undefined ? (this.#chosen ?? this.#current?.id) : checkSubSessionId(id);
    if (target === undefined) return;
    if (target === this.#chosen) this.#chosen = undefined;
    if (target === this.#current?.id) this.#current = undefined;
    const window = this.#windows.get(target);
    this.#windows.delete(target);
    await this.#records.destroy(this.#serverId(target));
    if (window !== undefined) this.#records.forget(window.open);
  }

  /** Ends the parent session and all its sub-sessions. `session()` begins anew. */
  async deleteSession(): Promise<void> {
    const { session } = this.#parent;
    await this.#parent.asParent(() => called((done) => session.destroy(done)));
    this.#forgetWindows();
    this.#isParentDeleted = true;
  }

  /** `path` with this window's id as a parameter; URLs of other sites stay as they are. */
  url(path: string): string {
    return urlWithId(path, this.#settings.parameter, this.subSessionId, this.#parent.host);
  }

  /** A hidden field for a form. */
  formField(): string {
    return hiddenField(this.#settings.parameter, this.subSessionId);
  }

  /** The current window's session, for `req.session`. */
  currentSession(): WindowSession {
    const chosen = this.#chosen === undefined ? undefined : this.#windows.get(this.#chosen);
    if (chosen !== undefined) this.#makeCurrent(chosen);
    if (this.#chosen !== undefined)
      throw new SessionStoreError('BAD_ID', 'another sub-session was chosen; await req.multiSession.session() first');
    return this.#inUse().session;
  }

  /** Opens what the request's URL or form asked for; false when the server knows none of that id. */
  async openKnown(id: string): Promise<boolean> {
    const serverId = this.#serverId(id);
    if (Buffer.byteLength(serverId) > longestServerId) return false;
    const open = await this.#scope.open(this.#records, serverId, this.#settings.mode);
    if (!open.isFound) return false;
    this.#makeCurrent(this.#adopt(id, open));
    return true;
  }

  /** Whether the end of the response will write a sub-session. */
  get hasUnsaved(): boolean {
    return [...this.#windows.values()].some((window) => this.#mustSave(window));
  }

  /** Saves everything that this request changed or handed out. */
  async saveAll(): Promise<void> {
    if (!this.#isParentDeleted)
      for (const window of this.#windows.values()) if (this.#mustSave(window)) await this.#save(window);
  }

  /**
   * Gives the locks of the windows back, before the parent is saved: who holds the parent may be waiting for a window.
   * The server gets this before anything that is sent later.
   */
  releaseAll(): void {
    for (const { open } of this.#windows.values()) void this.#records.release(open);
  }

  async saveWindow(id: string): Promise<void> {
    const window = this.#windows.get(id);
    if (window !== undefined) await this.#save(window);
  }

  async reloadWindow(id: string): Promise<void> {
    const window = this.#windows.get(id);
    if (window === undefined) return;
    await this.#records.reopen(window.open);
    WindowSession.refill(window.session, this.#dataOf(window.open));
    window.saved = this.#text(window.session);
  }

  /** A new id for the parent, and an empty sub-session in it. */
  async regenerate(): Promise<void> {
    await this.#parent.regenerate();
    this.#forgetWindows();
    this.#begin(newSubSessionId(), {}).isHandedOut = true;
  }

  get cookie(): unknown {
    return this.#parent.session.cookie;
  }

  get #client(): MsessionClient {
    return this.#records.options.client;
  }

  #serverId(id: string): string {
    return `${this.#parent.serverId}/${id}`;
  }

  /** The current window; the first use of a request without one makes one. */
  #inUse(): Window {
    return this.#current ?? this.#begin(newSubSessionId(), {});
  }

  #makeCurrent(window: Window): void {
    this.#current = window;
    this.#chosen = undefined;
  }

  /** A new window, kept in memory until it is saved. */
  #begin(id: string, data: SessionData): Window {
    const open = newOpenSession(this.#serverId(id), 'merge');
    this.#scope.adopt(this.#records, open);
    const window: Window = {
      id,
      open,
      session: new WindowSession(this, id, data),
      saved: undefined,
      isHandedOut: false,
    };
    // a copy is a change, an empty session is none
    window.saved = this.#text(new WindowSession(this, id, {}));
    this.#windows.set(id, window);
    this.#makeCurrent(window);
    return window;
  }

  #adopt(id: string, open: OpenSession): Window {
    const session = new WindowSession(this, id, this.#dataOf(open));
    const window: Window = { id, open, session, saved: this.#text(session), isHandedOut: true };
    this.#windows.set(id, window);
    return window;
  }

  #dataOf(open: OpenSession): SessionData {
    return this.#records.parse(open) ?? {};
  }

  async #openChosen(id: string): Promise<void> {
    const known = this.#windows.get(id);
    if (known !== undefined) this.#makeCurrent(known);
    else if (!(await this.openKnown(id))) this.#begin(id, {}).isHandedOut = true;
  }

  async #renew({ open }: Window): Promise<void> {
    try {
      await this.#client.ctl(open.serverId, 'TOUCH');
    } catch (error) {
      if (codeOf(error) !== 'NOSESSION') throw error;
    }
  }

  /** The data of the current window as it stands, unsaved changes included; objects in it are copied, too. */
  #copyOfCurrent(): SessionData {
    const { serializer } = this.#records.options;
    const { session, open } = this.#inUse();
    return serializer.parse(Buffer.from(serializer.stringify(asData(session), open.bytes) as string));
  }

  #text(session: WindowSession): string {
    return Buffer.from(this.#records.options.serializer.stringify(asData(session)) as string).toString('latin1');
  }

  #mustSave(window: Window): boolean {
    if (!window.open.isFound) return window.isHandedOut || this.#text(window.session) !== window.saved;
    return this.#text(window.session) !== window.saved;
  }

  async #save(window: Window): Promise<void> {
    const data = asData(window.session);
    if (window.open.isFound) await this.#records.write(window.open, data);
    else {
      await this.#makeRoom();
      await this.#records.createSub(window.open, data);
    }
    window.saved = this.#text(window.session);
  }

  /** Before a sub-session can live its parent must; beyond the cap the one that idled longest makes room. */
  async #makeRoom(): Promise<void> {
    if ((await this.#client.ctl(this.#parent.serverId, 'EXIST')) === 0) {
      const { session } = this.#parent;
      this.#parent.mark();
      await this.#parent.asParent(() => called((done) => session.save(done)));
      return;
    }
    const ids = await this.subSessionIds();
    const idle = ids.filter((id) => !this.#windows.has(id));
    while (ids.length >= this.#settings.maxSubSessions && idle.length > 0) {
      const ages = await Promise.all(idle.map((id) => this.#idleSeconds(id)));
      const longest = ages.indexOf(Math.max(...ages));
      const [oldest = ''] = idle.splice(longest, 1);
      ids.splice(ids.indexOf(oldest), 1);
      await this.#records.destroy(this.#serverId(oldest));
    }
  }

  async #idleSeconds(id: string): Promise<number> {
    try {
      return await this.#client.ctl(this.#serverId(id), 'TLA');
    } catch (error) {
      if (codeOf(error) !== 'NOSESSION') throw error;
      return Number.POSITIVE_INFINITY;
    }
  }

  #forgetWindows(): void {
    for (const { open } of this.#windows.values()) this.#records.forget(open);
    this.#windows.clear();
    this.#current = undefined;
    this.#chosen = undefined;
  }
}

function asData(session: WindowSession): SessionData {
  return { ...session } as unknown as SessionData;
}

function called(work: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    work((error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}
