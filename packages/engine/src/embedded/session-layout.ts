// How a session's head lies in its block. The head never moves while the session lives, so its address is the session's
// handle everywhere: in the table, the timer wheel, the search index and among its sub-sessions. Variables and data have
// blocks of their own, since they change size. Times are milliseconds on the monotonic clock.

/** Fields that are doubles, as index behind the head's first double. */
export const headDouble = {
  /** From the never-repeating counter: order of creation, and its microseconds since 1970. */
  sequence: 0,
  accessedMs: 1,
  /** Infinity for a session that never expires. */
  deadlineMs: 2,
  /** 0 while there is no data. */
  revision: 3,
  /** Key of the lock that was released last, for a SUNLOCK that is asked twice; 0 for none. */
  releasedKey: 4,
} as const;

/** Fields that are 32-bit words, as index behind the head's first word. */
export const headWord = {
  /** Hash of the data that came with `releasedKey`, 0 for none. */
  releasedData: 10,
  /** 0 never expires. */
  timeoutSeconds: 11,
  /** Block of the variables, 0 for none. */
  variables: 12,
  /** Block of the data, 0 while it is empty. */
  data: 13,
  dataBytes: 14,
  /** Bits 0 to 7: length of the id. Bits 8 to 15: flags. Bits 16 to 31: number of sub-sessions. */
  shape: 15,
  /** Number of the class name. */
  className: 16,
  wheelNext: 17,
  wheelPrevious: 18,
  /** Slot of the timer wheel plus 1; 0 when in none. */
  wheelSlot: 19,
  /** Of a sub-session: its parent. Of a session: its first sub-session. */
  relation: 20,
  /** Siblings among sub-sessions, a ring; the first one's previous is the last. */
  siblingNext: 21,
  siblingPrevious: 22,
  /** First posting of this session in the search index. */
  postings: 23,
  /** Place in the keeper's list of changed families plus 1, its uppermost bit saying in which of two; 0 in none. */
  changed: 24,
  /** Number of the batch in which its family was last written; 0 when it never was. */
  writtenIn: 25,
  /** Whole second under which its family is filed among the deadlines on disk; 0 when it is not. */
  filedSecond: 26,
  /** Milliseconds of `accessedMs` that are on disk, modulo 2^32. */
  keptAccess: 27,
} as const;

/** The id's bytes follow here. */
export const idOffset = 112;

export const sessionFlag = {
  /** A lock stands or stood; the lock table knows. */
  locked: 1 << 8,
  /** A sub-session has or had a lock. */
  subLocked: 1 << 9,
  subSession: 1 << 10,
  globals: 1 << 11,
} as const;
