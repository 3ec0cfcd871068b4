// The store for express-session: callbacks and promises over the core, the marks by which a session object is known
// again, and the middleware that gives each request its mode.
import session from 'express-session';
import { relayConnection } from './connection-events.js';
import type { StoreMetrics } from './metrics.js';
import { type RequestMode, type ScopeOptions, scopeMiddleware } from './scope-middleware.js';
import type { SessionData } from './serializers.js';
import { SessionStoreCore } from './session-store-core.js';
import type { StoreOptions } from './store-options.js';

type Callback<Result = void> = (error: unknown, result?: Result) => void;

/** Answers by callback where there is one, else by promise. */
function answer<Result>(work: Promise<Result>, callback: Callback<Result> | undefined): Promise<Result | undefined> {
  if (callback === undefined) return work;
  return work.then(
    (result) => call(callback, null, result),
    (error: unknown) => call(callback, error),
  );
}

/** At once, so that requests whose sessions came in one read go on in one turn; what the callback throws is its own. */
function call<Result>(callback: Callback<Result>, error: unknown, result?: Result): undefined {
  try {
    callback(error, result);
  } catch (thrown) {
    process.nextTick(() => {
      throw thrown;
    });
  }
}

/**
 * Sessions of express-session on an msession server.
 *
 * Alone it behaves as other stores (the last writer wins), but never revives a destroyed session. Mount
 * `store.scope({ mode })` before express-session for the modes `lock` and `merge`.
 *
 * @example
 * const store = new MsessionStore({ client: createClient(), index: ['user.id'] });
 * app.use(store.scope({ mode: 'lock' }));
 * app.use(session({ store, secret, resave: false, saveUninitialized: false }));
 */
export class MsessionStore extends session.Store {
  /** The store's promises over ids; what sub-sessions build on. */
  readonly core: SessionStoreCore;

  /** @throws SessionStoreError BAD_OPTION, naming the option */
  constructor(options: StoreOptions) {
    super();
    this.core = new SessionStoreCore(options);
    relayConnection(options.client, this);
  }

  /** What went another way than a caller may have expected; counts since the store was made. */
  get metrics(): Readonly<StoreMetrics> {
    return this.core.metrics;
  }

  /** Middleware, mounted before express-session: gives each request its mode, and frees its locks when it is over. */
  scope<Request extends RequestMode>(options: ScopeOptions<Request>): ReturnType<typeof scopeMiddleware<Request>> {
    return scopeMiddleware(options);
  }

  override get(id: string, callback?: (error: unknown, session?: session.SessionData | null) => void) {
    return answer(this.core.get(id) as Promise<session.SessionData | null>, callback);
  }

  override set(id: string, data: session.SessionData, callback?: (error?: unknown) => void) {
    const request = (data as { req?: object }).req;
    return answer(this.core.set(id, data as unknown as SessionData, request), callback);
  }

  override touch(id: string, data: session.SessionData, callback?: (error?: unknown) => void) {
    const request = (data as { req?: object }).req;
    return answer(this.core.touch(id, data as unknown as SessionData, request), callback);
  }

  override destroy(id: string, callback?: (error?: unknown) => void) {
    return answer(this.core.destroy(id), callback);
  }

  /** All sessions, each with its `id`. */
  override all(callback?: (error: unknown, sessions?: session.SessionData[] | null) => void) {
    return answer(this.core.all() as unknown as Promise<session.SessionData[]>, callback);
  }

  override length(callback?: (error: unknown, length?: number) => void) {
    return answer(this.core.length(), callback);
  }

  override clear(callback?: (error?: unknown) => void) {
    return answer(this.core.clear(), callback);
  }

  /** Ids of all sessions with this store's prefix. */
  ids(): Promise<string[]> {
    return this.core.ids();
  }

  /** Ids of the sessions whose indexed field has this value: `store.find('user.id', 7)`. */
  find(field: string, value: unknown): Promise<string[]> {
    return this.core.find(field, value);
  }

  /** Ends the sessions whose indexed field has this value, in one step; answers how many. */
  destroyWhere(field: string, value: unknown, options: { readonly except?: string } = {}): Promise<number> {
    return this.core.destroyWhere(field, value, options);
  }

  /** express-session calls this with what `get` answered. */
  override createSession(request: Parameters<session.Store['createSession']>[0], data: session.SessionData) {
    const made = super.createSession(request, data);
    this.core.inherit(data, made);
    return made;
  }
}
