// The same store for @fastify/session, and the plugin that brings the modes to Fastify.
import { EventEmitter } from 'node:events';
import type fastifySession from '@fastify/session';
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import { relayConnection } from './connection-events.js';
import type { StoreMetrics } from './metrics.js';
import { isPhpSessionId } from './php-session-id.js';
import { checkMode, openScope, type RequestSessions } from './scope-middleware.js';
import type { SessionData } from './serializers.js';
import type { SessionMode } from './session-mode.js';
import { currentScope } from './session-scope.js';
import { SessionStoreCore } from './session-store-core.js';
import type { StoreOptions } from './store-options.js';

export { SessionStoreError, type StoreErrorCode } from './errors.js';
export type { StoreMetrics } from './metrics.js';
export { type PhpSerializerOptions, phpSerializer } from './php-serializer.js';
export { phpSessionId } from './php-session-id.js';
export type { BuiltInResolver, ResolveOption, Resolver } from './resolvers.js';
export type { RequestSessions } from './scope-middleware.js';
export type { SessionSerializer } from './serializers.js';
export type { SessionMode } from './session-mode.js';
export type { MigrationSource, StoreOptions, TtlOption } from './store-options.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** There when `msessionModes` is registered. */
    msession: RequestSessions;
  }
}

type Callback = (error: unknown, result?: unknown) => void;
type GetCallback = Parameters<fastifySession.SessionStore['get']>[1];

/**
 * Sessions of @fastify/session on an msession server. Alone it is like other stores: the last writer wins. Register
 * `msessionModes` before @fastify/session for the modes and for sessions that stay destroyed.
 */
export class FastifyMsessionStore extends EventEmitter {
  readonly #core: SessionStoreCore;

  /** @throws SessionStoreError BAD_OPTION, naming the option */
  constructor(options: StoreOptions) {
    super();
    this.#core = new SessionStoreCore(options);
    relayConnection(options.client, this);
  }

  /** What went another way than a caller may have expected; counts since the store was made. */
  get metrics(): Readonly<StoreMetrics> {
    return this.#core.metrics;
  }

  get(id: string, callback: GetCallback): void {
    const answer = callback as Callback;
    this.#core.get(id).then((session) => setImmediate(answer, null, session), later(answer));
  }

  set(id: string, session: object, callback: Callback): void {
    this.#core.set(id, session as SessionData).then(() => setImmediate(callback, null), later(callback));
  }

  touch(id: string, session: object, callback: Callback): void {
    this.#core.touch(id, session as SessionData).then(() => setImmediate(callback, null), later(callback));
  }

  destroy(id: string, callback: Callback): void {
    this.#core.destroy(id).then(() => setImmediate(callback, null), later(callback));
  }

  all(callback: Callback): void {
    this.#core.all().then((sessions) => setImmediate(callback, null, sessions), later(callback));
  }

  length(callback: Callback): void {
    this.#core.length().then((length) => setImmediate(callback, null, length), later(callback));
  }

  clear(callback: Callback): void {
    this.#core.clear().then(() => setImmediate(callback, null), later(callback));
  }

  /** Ids of the sessions whose indexed field has this value. */
  find(field: string, value: unknown): Promise<string[]> {
    return this.#core.find(field, value);
  }

  /** Ends the sessions whose indexed field has this value, in one step; answers how many. */
  destroyWhere(field: string, value: unknown, options: { readonly except?: string } = {}): Promise<number> {
    return this.#core.destroyWhere(field, value, options);
  }
}

function later(callback: Callback): (error: unknown) => void {
  return (error) => {
    setImmediate(callback, error);
  };
}

/**
 * Makes \@fastify/session take and send PHP's plain cookie: give it as `secret`, with `cookieName: 'PHPSESSID'` and
 * `idGenerator: phpSessionId`.
 */
export const phpCookieSigner = {
  sign: (id: string): string => id,
  unsign: (value: string) =>
    isPhpSessionId(value)
      ? { valid: true as const, renew: false, value }
      : { valid: false as const, renew: false as const, value: null },
};

export interface ModesOptions {
  /** The mode of a request, or a function that answers it. */
  readonly mode: SessionMode | ((request: FastifyRequest) => SessionMode);
}

/**
 * The plugin: gives each request its mode, and frees its locks when it is over. Register it before @fastify/session.
 *
 * @example
 * await app.register(fastifyCookie);
 * await app.register(msessionModes, { mode: 'lock' });
 * await app.register(fastifySession, { store: new FastifyMsessionStore({ client }), secret });
 */
export const msessionModes: FastifyPluginCallback<ModesOptions> = (app: FastifyInstance, options, done) => {
  const { mode } = options;
  try {
    if (typeof mode !== 'function') checkMode(mode);
  } catch (error) {
    done(error as Error);
    return;
  }
  app.decorateRequest('msession', null as unknown as RequestSessions);
  app.addHook('onRequest', (request, reply, next) => {
    const { scope, sessions } = openScope(request, reply.raw, mode);
    request.msession = sessions;
    scope.run(request, () => next());
  });
  // by now @fastify/session has made its object, which is all that `set` will be given
  app.addHook('preParsing', (request, _reply, _payload, next) => {
    const { session } = request as { session?: unknown };
    if (typeof session === 'object' && session !== null) currentScope(request)?.own(session);
    next();
  });
  done();
};

// as fastify-plugin does it: the hooks are for the whole application, not for a child of it
Object.assign(msessionModes, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@msession/express/fastify',
});
