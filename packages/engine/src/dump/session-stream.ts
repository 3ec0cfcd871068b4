// Sessions on their way from one place to another: out of a store, a dump or another engine, into one. A place that sessions
// can be taken from is a SessionSource, one that they can be put into a SessionTarget; `transfer` goes from any to any.
// Times are relative to one moment, the header's, so that no clock has to agree with another.
import { globalsId } from '@msession/protocol';

const globals = Buffer.from(globalsId);

/** What is true of all sessions of a stream. */
export interface StreamHeader {
  /** The moment that the stream is of: milliseconds since 1970. */
  readonly atMs: number;
  /** No key, revision or number of creation above this was ever given out. */
  readonly keyCeiling: number;
  /** Names of variables that were searched, which an index is to be kept of. */
  readonly searched: readonly Buffer[];
  /** Eight bytes, where the source has such: the key of its hashes. A store that keeps it has its sessions in the same order. */
  readonly hashKey?: Buffer;
}

export interface StreamedSession {
  /** Number from the counter of keys: order of creation, and its microseconds since 1970. */
  readonly created: number;
  /** Seconds after its last access at which it ends; 0 never. */
  readonly timeoutSeconds: number;
  /** Whole milliseconds since its last access. */
  readonly idleMs: number;
  /** Whole milliseconds until it ends unless it is accessed; undefined for never, 0 or less when it is overdue. */
  readonly leftMs: number | undefined;
  readonly className: Buffer;
  /** 0 while there is no data. */
  readonly revision: number;
  /** Null while there is none. */
  readonly data: Buffer | null;
  /** Names and values in the order in which they were first set. */
  readonly variables: readonly (readonly [name: Buffer, value: Buffer])[];
  /**
   * The key that was released last and whether data came with it, for a SUNLOCK that is asked twice. That is the data of now,
   * unless there is a hash of it by the header's key.
   */
  readonly released: { readonly key: number; readonly withData: boolean; readonly hash?: number } | undefined;
}

export interface StreamedLock {
  readonly key: number;
  /** Whole milliseconds until the lease is over; 0 or less when it is. */
  readonly leftMs: number;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  readonly note: Buffer;
  /** Whether it is bound to a connection: free to be taken elsewhere, though its key works until it is. */
  readonly isBound: boolean;
  /** Whether it is free to be taken, though its key works until it is. */
  readonly hasLapsed: boolean;
}

/** A session, its lock, or both: an id that is only reserved has a lock and no session. */
export interface StreamedMember {
  readonly session: StreamedSession | undefined;
  readonly lock: StreamedLock | undefined;
}

export interface StreamedSub extends StreamedMember {
  /** What stands behind the slash of its id. */
  readonly name: Buffer;
}

/** A session with its sub-sessions, in the order in which they were made, and their locks: what changes in one step. */
export interface StreamedFamily extends StreamedMember {
  readonly id: Buffer;
  readonly subs: readonly StreamedSub[];
  /** The line of a dump that it was read from. */
  readonly line?: number;
}

/** Where sessions come from. */
export interface SessionSource {
  readonly header: StreamHeader;
  /** How many families there are, where that is known. */
  readonly expected: number | undefined;
  /** All families, each once, `globals` among them, in an order that means nothing; in portions of a few megabytes at most. */
  families(): AsyncIterable<readonly StreamedFamily[]>;
  close(): Promise<void>;
}

/** Where sessions go. Nothing is to be seen of them there before `finish` has resolved. */
export interface SessionTarget {
  begin(header: StreamHeader): Promise<void>;
  put(families: readonly StreamedFamily[]): Promise<void>;
  finish(): Promise<void>;
  /** Takes back all that was put; after a `begin` that failed, too. */
  abandon(): Promise<void>;
}

export interface TransferProgress {
  /** Without sub-sessions, `globals` and ids that are only reserved. */
  readonly sessions: number;
  readonly subSessions: number;
  readonly locks: number;
}

export interface TransferOptions {
  readonly signal?: AbortSignal;
  /** Called behind each portion. */
  readonly onProgress?: (progress: TransferProgress) => void;
}

/**
 * Takes all sessions from a source to a target, or none: whatever goes wrong, the target is as it was before. The source
 * is left open.
 *
 * @throws what source or target have against it; the signal's reason when that is aborted
 */
export async function transfer(
  source: SessionSource,
  target: SessionTarget,
  { signal, onProgress }: TransferOptions = {},
): Promise<TransferProgress> {
  const progress = { sessions: 0, subSessions: 0, locks: 0 };
  try {
    await target.begin(source.header);
    for await (const portion of source.families()) {
      signal?.throwIfAborted();
      await target.put(portion);
      for (const family of portion) count(family, progress);
      onProgress?.(progress);
    }
    signal?.throwIfAborted();
    await target.finish();
    return progress;
  } catch (error) {
    await target.abandon();
    throw error;
  }
}

function count(family: StreamedFamily, progress: { sessions: number; subSessions: number; locks: number }): void {
  if (family.session !== undefined && !family.id.equals(globals)) progress.sessions++;
  if (family.lock !== undefined) progress.locks++;
  for (const { session, lock } of family.subs) {
    if (session !== undefined) progress.subSessions++;
    if (lock !== undefined) progress.locks++;
  }
}
