export * from './argument-rules.js';
export * from './bind-arguments.js';
export * from './command-spec.js';
export * from './commands/index.js';
export * from './error-codes.js';
export * from './reply-sink.js';
export * from './reply-value.js';
export * from './request.js';
