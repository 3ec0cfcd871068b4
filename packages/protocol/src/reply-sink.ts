// Where handlers put a reply. The RESP writer implements it on a byte buffer; in-process callers collect JavaScript
// values with it. A handler calls it for exactly one complete reply value, containers announced before their items.
import type { ErrorCode } from './error-codes.js';

export interface ReplySink {
  /** 2 or 3; handlers need not look, containers and nulls adapt by themselves. */
  readonly version: 2 | 3;
  /** `+OK` */
  ok(): void;
  /** A short status word. */
  simple(text: string): void;
  integer(value: number | bigint): void;
  /** Part of a buffer, copied at once. */
  bulk(source: Uint8Array, start: number, end: number): void;
  /** UTF-8 text as a bulk string. */
  bulkText(text: string): void;
  null(): void;
  /** RESP3 boolean, RESP2 integer 1 or 0. */
  boolean(value: boolean): void;
  /** RESP3 double, RESP2 bulk in ECMAScript's shortest form. */
  double(value: number): void;
  array(length: number): void;
  /** RESP3 map, RESP2 array of twice as many items. */
  map(pairs: number): void;
  /** RESP3 set, RESP2 array. */
  set(length: number): void;
  /** RESP3 push; a caller never sends one to RESP2. */
  push(length: number): void;
  /** RESP3 verbatim string of format `txt`, RESP2 bulk. */
  verbatim(text: string): void;
  error(code: ErrorCode, message: string): void;
}

/** Writes a reply that became known after its handler returned. */
export type DeferredReply = (sink: ReplySink) => void;
