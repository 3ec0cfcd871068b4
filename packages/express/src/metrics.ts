// What the store counts: everything that went another way than a caller may have expected, without being its error.

export interface StoreMetrics {
  /** Locks taken. */
  locksTaken: number;
  /** Requests that gave up waiting for a lock, or were refused because too many wait. */
  lockTimeouts: number;
  /** Saves refused because the lock had been lost. */
  locksLost: number;
  /** Requests whose client hung up while they held a lock. */
  locksAbandoned: number;
  /** Writes that met another request's write and were tried again. */
  staleWrites: number;
  /** Keys that two requests had changed. */
  conflicts: number;
  /** Of these, keys where this request's value simply replaced the other's. */
  conflictsKeptMine: number;
  /** Saves of sessions that had been destroyed meanwhile: not written. */
  lateWrites: number;
  /** Touches of sessions that had been destroyed meanwhile. */
  lateTouches: number;
  /** Sessions taken over from the store named by `migrateFrom`. */
  migrated: number;
}

export function newMetrics(): StoreMetrics {
  return {
    locksTaken: 0,
    lockTimeouts: 0,
    locksLost: 0,
    locksAbandoned: 0,
    staleWrites: 0,
    conflicts: 0,
    conflictsKeptMine: 0,
    lateWrites: 0,
    lateTouches: 0,
    migrated: 0,
  };
}
