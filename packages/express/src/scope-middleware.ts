// The middleware that gives each request a scope: its mode, what it has open, and the end of both.

import { type SessionMode, sessionModes } from './session-mode.js';
import { lockNote, type ResponseEvents, SessionScope } from './session-scope.js';
import { badOption } from './store-options.js';

/** What is needed of a request: those of node, Express and Connect have it. */
export interface RequestMode {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly originalUrl?: string | undefined;
}

export interface ScopeOptions<Request extends RequestMode = RequestMode> {
  /** The mode of a request, or a function that answers it: `(req) => (req.method === 'GET' ? 'merge' : 'lock')`. */
  readonly mode: SessionMode | ((request: Request) => SessionMode);
}

/** `req.msession` of a request inside a scope. */
export interface RequestSessions {
  readonly mode: SessionMode;
  /**
   * Gives the session's lock back while the request goes on, for event streams and WebSockets. What the request saves
   * from then on is merged.
   */
  release(): Promise<void>;
}

declare global {
  namespace Express {
    interface Request {
      /** There when `store.scope()` is mounted. */
      msession?: RequestSessions;
    }
  }
}

/** @throws SessionStoreError BAD_OPTION */
export function checkMode(mode: unknown): SessionMode {
  if (sessionModes.includes(mode as SessionMode)) return mode as SessionMode;
  throw badOption(`mode is ${JSON.stringify(mode)}; it may be ${sessionModes.join(', ')}`);
}

/** Makes the scope of a request and ties its end to the response. */
export function openScope<Request extends RequestMode>(
  request: Request,
  response: ResponseEvents,
  mode: ScopeOptions<Request>['mode'],
): { readonly scope: SessionScope; readonly sessions: RequestSessions } {
  const modeOf = () => checkMode(typeof mode === 'function' ? mode(request) : mode);
  const noteOf = () => lockNote(request.method, request.originalUrl ?? request.url);
  const scope = new SessionScope(modeOf, noteOf);
  scope.follow(response);
  const sessions: RequestSessions = {
    get mode() {
      return scope.mode;
    },
    release: () => scope.release(),
  };
  return { scope, sessions };
}

type End = (this: unknown, ...parameters: unknown[]) => unknown;

/**
 * Tells the scope when the application calls `response.end`, whoever has put a function of its own there by then:
 * express-session saves in its own, and does not say whether it was told to save or the response ended.
 */
function watchEnd(response: ResponseEvents & { end?: unknown }, scope: SessionScope): void {
  const watched = (end: End): End =>
    function (this: unknown, ...parameters) {
      scope.noteEnd();
      return end.apply(this, parameters);
    };
  // without `end` there is nothing to watch: not a response of node
  if (typeof response.end !== 'function') return;
  let current = response.end as End;
  Object.defineProperty(response, 'end', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (end: End) => {
      current = watched(end);
    },
  });
}

export function scopeMiddleware<Request extends RequestMode>(options: ScopeOptions<Request>) {
  const { mode } = options;
  if (typeof mode !== 'function') checkMode(mode);
  return (
    request: Request & { msession?: RequestSessions },
    response: ResponseEvents,
    next: (error?: unknown) => void,
  ) => {
    if (request.msession !== undefined) {
      next();
      return;
    }
    const { scope, sessions } = openScope(request, response, mode);
    watchEnd(response, scope);
    request.msession = sessions;
    scope.run(request, () => next());
  };
}
