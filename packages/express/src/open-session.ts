// One session as one request sees it: what it read, and whether it holds the lock. Made and changed by session-records.ts.
import type { SessionLock } from '@msession/client';
import type { SessionMode } from './session-mode.js';

export interface OpenSession {
  /** As the server knows it, prefix included. */
  readonly serverId: string;
  mode: SessionMode;
  /** There was a session when this was read, or this request has written one. */
  isFound: boolean;
  /** What was read or written last; what a serializer must not lose comes from here. */
  bytes: Buffer | undefined;
  /** Revision of `bytes`; undefined when it must be asked for. */
  revision: number | undefined;
  /** That revision while it is on its way; answers undefined when it must be asked for again. */
  revisionAsked: Promise<number | undefined> | undefined;
  lock: SessionLock<'buffer'> | undefined;
  /** The application has ended its response: what is saved now is saved for the last time, and frees the lock. */
  isEnding: boolean;
  /** A write that frees the lock, under way; others wait for it. */
  lastWrite: Promise<unknown> | undefined;
  /** The response is finished and the lock was given back. */
  isFinished: boolean;
  /** Taken over from the old store, where it is deleted after the next save. */
  isMigrated: boolean;
}

export function newOpenSession(serverId: string, mode: SessionMode): OpenSession {
  return {
    serverId,
    mode,
    isFound: false,
    bytes: undefined,
    revision: undefined,
    revisionAsked: undefined,
    lock: undefined,
    isEnding: false,
    lastWrite: undefined,
    isFinished: false,
    isMigrated: false,
  };
}

/** Notes what was written: its revision is not known, and is asked for when it matters. */
export function remember(open: OpenSession, bytes: Buffer): void {
  open.bytes = bytes;
  open.revision = undefined;
  open.revisionAsked = undefined;
}
