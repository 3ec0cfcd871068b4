// How a session becomes bytes and comes back. JSON is the default; php-serializer.ts shares sessions with PHP.

/** A session's data, its `cookie` included. */
export type SessionData = Readonly<Record<string, unknown>>;

/** Makes a session into bytes and back. `JSON` itself fits, too. */
export interface SessionSerializer {
  /** Throws on bytes that it cannot read: the session is then an error, and is not overwritten. */
  parse(bytes: Buffer): Record<string, unknown>;
  /** `previous` is what the session was read from, for what the application cannot see and must not lose. */
  stringify(session: SessionData, previous?: Buffer): string | Uint8Array;
  /** How the sub-sessions of `multiSession()` are written; default: like sessions. */
  readonly forSubSessions?: SessionSerializer;
  /**
   * Others write these sessions under their lock, after reading them: then a merge takes the lock, too, while it writes.
   * Default false.
   */
  readonly isSharedUnderLock?: boolean;
}

export const jsonSerializer: SessionSerializer = {
  parse: (bytes) => JSON.parse(bytes.toString()) as Record<string, unknown>,
  stringify: (session) => JSON.stringify(session),
};

/** What the store accepts as a serializer: one of ours, or something like `JSON`. */
export type SerializerLike = SessionSerializer | Pick<JSON, 'parse' | 'stringify'>;

export function asSerializer(given: SerializerLike | undefined): SessionSerializer {
  if (given === undefined || given === JSON) return jsonSerializer;
  return given as SessionSerializer;
}
