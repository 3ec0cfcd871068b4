// RESP codec, command table and error codes: what server, engines and clients have in common.
export * from './argument-rules.js';
export * from './bind-arguments.js';
export { ByteWriter, type ByteWriterOptions } from './byte-writer.js';
export * from './command-lookup.js';
export * from './command-spec.js';
export * from './commands/index.js';
export * from './error-codes.js';
export { nearestWord } from './nearest-word.js';
export { ReplyCollector } from './reply-collector.js';
export * from './reply-decoder.js';
export * from './reply-sink.js';
export * from './reply-value.js';
export * from './request.js';
export * from './request-limits.js';
export * from './request-parser.js';
export * from './request-writer.js';
export { RespWriter } from './resp-writer.js';
