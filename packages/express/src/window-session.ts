// `req.session` of one browser window: its data as own properties, and express-session's methods beside them, so that
// code written for express-session works on a window's sub-session unchanged.
import { setOwn } from './own-property.js';

/** What a window's session can ask of the request it belongs to. */
export interface WindowHost {
  saveWindow(id: string): Promise<void>;
  reloadWindow(id: string): Promise<void>;
  deleteSubSession(id: string): Promise<void>;
  regenerate(): Promise<void>;
  readonly cookie: unknown;
}

type Callback = (error?: unknown) => void;

function answer(work: Promise<void>, callback: Callback | undefined): void {
  const done: Callback = callback ?? (() => {});
  work.then(
    () => setImmediate(done, null),
    (error: unknown) => setImmediate(done, error),
  );
}

/** The session of one browser window. */
export class WindowSession {
  readonly #host: WindowHost;
  readonly #id: string;

  constructor(host: WindowHost, id: string, data: Readonly<Record<string, unknown>>) {
    this.#host = host;
    this.#id = id;
    this.#take(data);
  }

  #take(data: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(data))
      if (!(key in this)) setOwn(this as unknown as Record<string, unknown>, key, value);
  }

  /** Replaces the data by what was read again. */
  static refill(session: WindowSession, data: Readonly<Record<string, unknown>>): void {
    for (const key of Object.keys(session)) delete (session as unknown as Record<string, unknown>)[key];
    session.#take(data);
  }

  /** The id of the sub-session. */
  get id(): string {
    return this.#id;
  }

  /** The cookie of the parent session: windows share it. */
  get cookie(): unknown {
    return this.#host.cookie;
  }

  save(callback?: Callback): this {
    answer(this.#host.saveWindow(this.#id), callback);
    return this;
  }

  reload(callback?: Callback): this {
    answer(this.#host.reloadWindow(this.#id), callback);
    return this;
  }

  /** Ends this window's sub-session; the other windows go on. */
  destroy(callback?: Callback): this {
    answer(this.#host.deleteSubSession(this.#id), callback);
    return this;
  }

  /** A new parent id and an empty sub-session in it, as at a login; sub-sessions of the old id end. */
  regenerate(callback?: Callback): this {
    answer(this.#host.regenerate(), callback);
    return this;
  }

  touch(): this {
    return this;
  }

  resetMaxAge(): this {
    return this;
  }
}
