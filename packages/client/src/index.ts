export type { ReconnectOptions } from './backoff.js';
export { type ClientCore, type ClientEventMap, createClient, type MsessionClient } from './client.js';
export type { ClientClock, ScheduledTimer } from './client-clock.js';
export type {
  ArgumentInput,
  BytesInput,
  CommandMethod,
  CommandMethods,
  CommandOptions,
  ListInput,
  LooseReply,
  MethodName,
  PairsInput,
  ReplyOf,
  TextInput,
  TextOf,
} from './command-types.js';
export {
  ArgumentError,
  CallAbortedError,
  CallTimeoutError,
  type ClientErrorCode,
  type ClientErrorCodeRow,
  ConnectionError,
  clientErrorCodes,
  LockLostError,
  MsessionError,
  ServerError,
} from './errors.js';
export type { LinkState } from './link.js';
export type { CallOptions, ClientOptions, Encoding } from './options.js';
export { defaultHost, defaultPort, parseServerAddress, type ServerAddress } from './server-address.js';
export {
  type EventSubscription,
  type SessionEvent,
  type SessionEventName,
  type SessionEvents,
  type SubscribeOptions,
  sessionEventNames,
} from './session-events.js';
export type { CancelSignal, LockOptions, SessionLock } from './session-lock.js';
export { createSocketTransport, type SocketTransportOptions } from './socket-transport.js';
export type { Transport, TransportConnection, TransportEvents } from './transport.js';
