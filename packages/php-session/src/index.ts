// @msession/php-session: PHP's session encodings and serialize(), without loss.
export { PhpSessionError, type PhpSessionErrorCode } from './errors.js';
export type { PhpReadOptions, PhpWriteOptions } from './options.js';
export { PhpArray, type PhpKey } from './php-array.js';
export {
  PhpEnum,
  PhpFloat,
  type PhpName,
  PhpObject,
  PhpReference,
  PhpSerializable,
  type PhpValue,
} from './php-values.js';
export { serialize, unserialize } from './serialize.js';
export { decodeSession, encodeSession, type PhpSessionFormat, phpSessionFormats } from './session-formats.js';
