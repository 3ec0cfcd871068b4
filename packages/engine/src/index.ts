export { defaultLimits } from './default-limits.js';
export { createEmbeddedEngine, type EmbeddedEngineOptions } from './embedded/embedded-engine.js';
export { hiddenId } from './embedded/hidden-id.js';
export { type Durability, StoreFault, type StoreOptions } from './embedded/store/store-options.js';
export * from './engine.js';
export { connectLocally, type LocalCaller } from './local-caller.js';
export { systemClock } from './system-clock.js';
