export * from './harness.js';
export * from './manual-clock.js';
