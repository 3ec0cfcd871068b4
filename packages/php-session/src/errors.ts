// The one error of this package. It says what is wrong and where (an offset in bytes read, a path in a value written),
// never what the data was: session data does not belong into logs.

/**
 * - `MALFORMED`: the bytes are not what PHP writes; `offset` is the first byte that does not fit
 * - `TOO_DEEP`: nested deeper than `maxDepth`
 * - `TOO_LARGE`: longer than `maxBytes`
 * - `UNENCODABLE`: PHP has no place for this value or key; `path` says which
 */
export type PhpSessionErrorCode = 'MALFORMED' | 'TOO_DEEP' | 'TOO_LARGE' | 'UNENCODABLE';

/** Thrown by every function of this package; match on `code`. */
export class PhpSessionError extends Error {
  readonly code: PhpSessionErrorCode;
  /** Where in the bytes read, counted from 0. */
  readonly offset: number | undefined;
  /** Where in the value written, as `user.roles[2]`. */
  readonly path: string | undefined;

  constructor(code: PhpSessionErrorCode, message: string, where: { offset?: number; path?: string } = {}) {
    super(message);
    this.name = 'PhpSessionError';
    this.code = code;
    this.offset = where.offset;
    this.path = where.path;
  }
}
