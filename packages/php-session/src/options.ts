// Limits and choices of the reader and the writer, with their defaults, in one place.

/** Far deeper than sessions nest; PHP's own limit is 4096. */
export const defaultMaxDepth = 512;
/** The reader, the writer and JSON.stringify recurse: deeper data would overflow the stack of an ordinary process. */
export const largestMaxDepth = 1000;
/** The server's default `max-value-size`: no session is larger. */
export const defaultMaxBytes = 8 * 1024 * 1024;

export interface PhpReadOptions {
  /** Arrays and objects inside each other; more is `TOO_DEEP`. Default 512, at most 1000. */
  maxDepth?: number;
  /** Longest input in bytes; more is `TOO_LARGE`. Default 8 MiB. */
  maxBytes?: number;
  /** `text` (default): strings that are UTF-8 as strings, others as Buffers. `bytes`: every string value as a Buffer. */
  strings?: 'text' | 'bytes';
  /**
   * `exact` (default): whole floats as `PhpFloat`, so that they are written as floats again. `number`: as numbers, which
   * are written as integers.
   */
  floats?: 'exact' | 'number';
  /** What an empty PHP array becomes, which may have been a list or a map. Default `() => []`. */
  emptyArray?: () => [] | Record<string, never>;
}

export interface PhpWriteOptions {
  /** Arrays and objects inside each other; more is `TOO_DEEP`. Default 512, at most 1000. */
  maxDepth?: number;
  /** Longest output in bytes; more is `TOO_LARGE`. Default 8 MiB. */
  maxBytes?: number;
  /** PHP's `serialize_precision`: -1 (default) is the shortest text that reads back the same, 17 what PHP 5 wrote. */
  serializePrecision?: number;
}

/** The depth to keep to. */
export function depthLimit(options: { maxDepth?: number }): number {
  const depth = options.maxDepth ?? defaultMaxDepth;
  if (!Number.isInteger(depth) || depth < 1 || depth > largestMaxDepth)
    throw new RangeError(`maxDepth is ${depth}; it must be 1 to ${largestMaxDepth}`);
  return depth;
}
