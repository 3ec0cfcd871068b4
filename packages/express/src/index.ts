// @msession/express: sessions of Express on an msession server.
export { SessionStoreError, type StoreErrorCode } from './errors.js';
export type { StoreMetrics } from './metrics.js';
export { MultiSession, type SessionRequest } from './multi-session.js';
export { type MultiSessionOptions, multiSession } from './multi-session-middleware.js';
export { type PhpCookieOptions, phpSessionCookie } from './php-cookie.js';
export { type PhpSerializerOptions, phpSerializer } from './php-serializer.js';
export { phpSessionId } from './php-session-id.js';
export type { BuiltInResolver, ResolveOption, Resolver } from './resolvers.js';
export type { RequestMode, RequestSessions, ScopeOptions } from './scope-middleware.js';
export type { SerializerLike, SessionSerializer } from './serializers.js';
export type { SessionMode } from './session-mode.js';
export { MsessionStore } from './store.js';
export type { MigrationSource, StoreOptions, TtlOption } from './store-options.js';
export type { WindowSession } from './window-session.js';
