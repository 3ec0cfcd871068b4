// The three ways in which requests of one session live side by side.

/**
 * - `lock`: one request at a time; the others wait, first come, first served
 * - `merge`: nobody waits; each request's changed top-level keys are written, and a key that two changed is resolved
 * - `overwrite`: nobody waits; the last writer's whole session stands, as in other stores
 */
export type SessionMode = 'lock' | 'merge' | 'overwrite';

export const sessionModes: readonly SessionMode[] = ['lock', 'merge', 'overwrite'];
