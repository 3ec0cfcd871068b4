// How large a request may be, and what a request that is larger or malformed is answered. The parser reads the limits
// before each allocation; a server gives a connection other limits when its user is known.
import type { ErrorCode } from './error-codes.js';

/** Limits of one connection's requests; may be replaced or changed between requests. */
export interface RequestLimits {
  /** A whole request on the wire. */
  maxRequestBytes: number;
  maxArguments: number;
  maxArgumentBytes: number;
  /** A line of an inline command. */
  maxInlineBytes: number;
  /**
   * A request over `maxRequestBytes` or `maxArgumentBytes` is read over (not kept) and refused, and the connection goes
   * on, up to so many bytes; a larger one ends the connection. 0: ends it always.
   */
  maxDiscardBytes: number;
  /** What the message about a size advises. */
  sizeAdvice: string;
  /** What the message about a number of arguments advises. */
  countAdvice: string;
}

/** Limits of a connection whose user is known; 16 MiB a request unless told otherwise. */
export function requestLimits(overrides: Partial<RequestLimits> = {}): RequestLimits {
  const maxRequestBytes = overrides.maxRequestBytes ?? 16_777_216;
  return {
    maxRequestBytes,
    maxArguments: 1_048_576,
    maxArgumentBytes: maxRequestBytes,
    maxInlineBytes: 65_536,
    maxDiscardBytes: 536_870_912,
    sizeAdvice: 'raise max-request-size or send less at once',
    countAdvice: 'send several requests',
    ...overrides,
  };
}

/** Limits before AUTH: 10 arguments of 16 KiB, and nothing is read over. */
export function unauthenticatedLimits(overrides: Partial<RequestLimits> = {}): RequestLimits {
  return {
    maxRequestBytes: 164_864,
    maxArguments: 10,
    maxArgumentBytes: 16_384,
    maxInlineBytes: 65_536,
    maxDiscardBytes: 0,
    sizeAdvice: 'send AUTH or HELLO first',
    countAdvice: 'send AUTH or HELLO first',
    ...overrides,
  };
}

/** Why the parser refused what it read. */
export class RequestFault {
  /** `BADLEN` when the connection may go on, `PROTO` when it must be closed. */
  readonly code: ErrorCode & ('PROTO' | 'BADLEN');
  readonly message: string;
  /** The request was read over; the next one follows it. */
  readonly isRecoverable: boolean;

  constructor(message: string, isRecoverable: boolean) {
    this.code = isRecoverable ? 'BADLEN' : 'PROTO';
    this.message = message;
    this.isRecoverable = isRecoverable;
  }
}
