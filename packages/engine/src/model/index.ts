export { createModelEngine, type ModelEngineOptions, modelLimits } from './model-engine.js';
