export { conformanceCases } from './cases.js';
export { createEngineHarness, type MakeEngine } from './engine-harness.js';
export * from './harness.js';
export { ManualClock } from './manual-clock.js';
