// Puts sub-sessions into a request of Express: `req.session` becomes the window's session, and express-session goes on
// seeing the parent when it writes the cookie and saves.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { urlWithId } from './carried-id.js';
import { SessionStoreError } from './errors.js';
import { MultiSession, type ParentHost, type ParentSession } from './multi-session.js';
import { checkMode, openScope, type RequestSessions } from './scope-middleware.js';
import type { SessionMode } from './session-mode.js';
import { SessionRecords } from './session-records.js';
import { currentScope } from './session-scope.js';
import type { SessionStoreCore } from './session-store-core.js';
import type { MsessionStore } from './store.js';
import { badOption } from './store-options.js';
import { requestedSubSessionId } from './sub-session-id.js';

export interface MultiSessionOptions {
  /** The store of the express-session in front. */
  readonly store: MsessionStore;
  /** Parameter of URLs and forms that holds the id. Default `sub_session_id`. */
  readonly argsParam?: string;
  /** Perl's name of `argsParam`. */
  readonly multi_session_args_param?: string;
  /** Seconds after its last access that a sub-session ends; unset: with its parent. */
  readonly expire?: number;
  /** Perl's name of `expire`. */
  readonly multi_session_expire?: number;
  /** How parallel requests of one window live together. Default `lock`. */
  readonly mode?: SessionMode;
  /** Sub-sessions of one parent; beyond it the one that idled longest ends. Default 64. */
  readonly maxSubSessions?: number;
  /** Redirects within the site carry the id. Default true. */
  readonly carryInRedirects?: boolean;
}

interface MultiSessionRequest extends IncomingMessage {
  originalUrl?: string;
  body?: unknown;
  session?: unknown;
  sessionID?: string;
  msession?: RequestSessions;
  multiSession?: MultiSession;
}

interface MultiSessionResponse extends ServerResponse {
  locals?: Record<string, unknown>;
  location?: (url: string) => unknown;
}

declare global {
  namespace Express {
    interface Request {
      /** There when `multiSession()` is mounted. */
      multiSession?: MultiSession;
    }
  }
}

/** In the parent session, once there are sub-sessions: without it express-session would neither save it nor send its cookie. */
const parentMark = 'multiSession';

/**
 * Middleware, mounted behind express-session and the parsers of forms.
 *
 * @throws SessionStoreError BAD_OPTION
 * @example
 * app.use(session({ store, secret, resave: false, saveUninitialized: false }));
 * app.use(express.urlencoded({ extended: false }));
 * app.use(multiSession({ store, expire: 3600 }));
 * app.get('/step2', (req, res) => {
 *   req.session.step = 2; // of this window only
 *   res.send(`<a href="${req.multiSession.url('/step3')}">on</a>`);
 * });
 */
export function multiSession(options: MultiSessionOptions) {
  const parameter = options.argsParam ?? options.multi_session_args_param ?? 'sub_session_id';
  const expireSeconds = options.expire ?? options.multi_session_expire;
  const maxSubSessions = options.maxSubSessions ?? 64;
  const mode = checkMode(options.mode ?? 'lock');
  const core = options.store?.core;
  if (core === undefined) throw badOption('store is missing; give the MsessionStore of express-session');
  if (parameter === '') throw badOption('argsParam is empty');
  if (expireSeconds !== undefined && !(Number.isInteger(expireSeconds) && expireSeconds > 0))
    throw badOption('expire must be a whole number of seconds, 1 or more; unset it for never');
  if (!Number.isInteger(maxSubSessions) || maxSubSessions < 1)
    throw badOption('maxSubSessions must be a whole number, 1 or more');
  // 0: no end of its own, but never longer than the parent
  const records = new SessionRecords(
    {
      ...core.records.options,
      serializer: core.records.options.serializer.forSubSessions ?? core.records.options.serializer,
      ttlOf: () => expireSeconds ?? 0,
      index: [],
    },
    core.records.metrics,
  );

  return (request: MultiSessionRequest, response: MultiSessionResponse, next: (error?: unknown) => void): void => {
    // a request handed on inside the application keeps its sub-session
    if (request.multiSession !== undefined) {
      next();
      return;
    }
    if (typeof request.session !== 'object' || request.session === null) {
      next(
        new SessionStoreError('NO_SESSION', 'multiSession() is mounted behind express-session, which made no session'),
      );
      return;
    }
    const parent = new Parent(request, core);
    let scope = currentScope(request);
    if (scope === undefined) scope = openScope(request, response, 'overwrite').scope;
    const made = new MultiSession(parent, records, scope, { parameter, mode, maxSubSessions });
    request.multiSession = made;
    // windows must not wait for each other: the parent is not held while they work
    const prepare = async () => {
      await scope.release(parent.serverId);
      const wanted = requestedSubSessionId(request.originalUrl ?? request.url ?? '', request.body, parameter);
      if (wanted !== undefined) await made.openKnown(wanted);
    };
    scope.run(request, () =>
      prepare().then(
        () => {
          parent.install(made);
          saveAtEnd(parent, response, made, next);
          if (options.carryInRedirects !== false) carryInRedirects(request, response, made, parameter);
          if (response.locals !== undefined) {
            response.locals.subSessionUrl = (path: string) => made.url(path);
            response.locals.subSessionField = () => made.formField();
          }
          next();
        },
        (error: unknown) => next(error),
      ),
    );
  };
}

/** The parent session, and which of the two sessions `req.session` shows. */
class Parent implements ParentHost {
  readonly #request: MultiSessionRequest;
  readonly #serverIdOf: (id: string) => string;
  readonly #destroy: (id: string) => Promise<void>;
  #session: ParentSession;
  #multiSession: MultiSession | undefined;
  #isShown = false;

  constructor(request: MultiSessionRequest, core: SessionStoreCore) {
    this.#request = request;
    this.#serverIdOf = (id) => core.serverId(id) ?? '';
    this.#destroy = (id) => core.destroy(id);
    this.#session = request.session as ParentSession;
  }

  get serverId(): string {
    return this.#serverIdOf(this.#request.sessionID ?? '');
  }

  get session(): ParentSession {
    return this.#session;
  }

  get host(): string | undefined {
    return this.#request.headers.host;
  }

  /** Makes `req.session` the window's session. */
  install(multiSession: MultiSession): void {
    this.#multiSession = multiSession;
    Object.defineProperty(this.#request, 'session', {
      configurable: true,
      enumerable: true,
      get: () => (this.#isShown ? this.#session : multiSession.currentSession()),
      set: (session: unknown) => {
        // express-session puts a new parent here when it generates one
        if (this.#isShown && typeof session === 'object' && session !== null) this.#session = session as ParentSession;
        else
          throw new TypeError(
            'req.session of a window cannot be replaced; change it, or delete it by req.multiSession',
          );
      },
    });
  }

  asParent<Result>(work: () => Result): Result {
    const before = this.#isShown;
    this.#isShown = true;
    try {
      return work();
    } finally {
      this.#isShown = before;
    }
  }

  async regenerate(): Promise<void> {
    await this.#destroy(this.#request.sessionID ?? '');
    this.generate();
  }

  generate(): void {
    const { sessionStore } = this.#request as { sessionStore?: { generate(request: unknown): void } };
    this.asParent(() => sessionStore?.generate(this.#request));
    if (this.#multiSession === undefined || isAccessor(this.#request)) return;
    // the parent was destroyed, and express-session took `req.session` away with it
    this.#session = this.#request.session as ParentSession;
    this.install(this.#multiSession);
  }

  mark(): void {
    this.#session[parentMark] = true;
  }
}

function isAccessor(request: object): boolean {
  return Object.getOwnPropertyDescriptor(request, 'session')?.get !== undefined;
}

type End = (...parameters: unknown[]) => unknown;

/** Saves the windows before the response ends, and shows express-session the parent whenever it looks. */
function saveAtEnd(
  parent: Parent,
  response: MultiSessionResponse,
  multiSession: MultiSession,
  next: (error?: unknown) => void,
): void {
  const writeHead = response.writeHead as unknown as End;
  const end = response.end as unknown as End;
  let isEnding = false;
  response.writeHead = ((...parameters: unknown[]) => {
    if (multiSession.hasUnsaved) parent.mark();
    return parent.asParent(() => writeHead.apply(response, parameters));
  }) as unknown as ServerResponse['writeHead'];
  response.end = ((...parameters: unknown[]) => {
    if (isEnding) return parent.asParent(() => end.apply(response, parameters));
    isEnding = true;
    const endAsParent = () => {
      multiSession.releaseAll();
      return parent.asParent(() => end.apply(response, parameters));
    };
    if (!multiSession.hasUnsaved) return endAsParent();
    parent.mark();
    multiSession.saveAll().then(
      endAsParent,
      // the error handler answers instead, and its end comes through here again
      (error: unknown) => next(error),
    );
    return response;
  }) as unknown as ServerResponse['end'];
}

function carryInRedirects(
  request: MultiSessionRequest,
  response: MultiSessionResponse,
  multiSession: MultiSession,
  parameter: string,
): void {
  const { location } = response;
  if (location === undefined) return;
  response.location = (url: string) => {
    const carried = multiSession.isInUse
      ? urlWithId(url, parameter, multiSession.subSessionId, request.headers.host)
      : url;
    return location.call(response, carried);
  };
}
