export { defaultLimits } from './default-limits.js';
export { createEmbeddedEngine, type EmbeddedEngineOptions } from './embedded/embedded-engine.js';
export { hiddenId } from './embedded/hidden-id.js';
export * from './engine.js';
export { systemClock } from './system-clock.js';
