import type { EngineLimits } from './engine.js';

const mebibyte = 1024 * 1024;

/** The limits of an engine that was told nothing else. */
export const defaultLimits: Readonly<EngineLimits> = Object.freeze({
  defaultTimeoutSeconds: 1440,
  maxWaitersPerLock: 256,
  maxVariablesPerSession: 4096,
  maxSubSessionsPerSession: 256,
  maxSearchedNames: 64,
  maxValueBytes: 8 * mebibyte,
  maxMemoryBytes: 0,
  evict: 'none',
  showIds: false,
});
