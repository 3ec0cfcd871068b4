// Collects a reply as a JavaScript value, for callers in the same process and for tests: what a client would have
// decoded, without the bytes in between. Version 2 flattens maps as the wire does.
import type { ErrorCode } from './error-codes.js';
import type { ReplySink } from './reply-sink.js';
import {
  ReplyDouble,
  ReplyError,
  ReplyMap,
  ReplyPush,
  ReplySet,
  type ReplyValue,
  ReplyVerbatim,
} from './reply-value.js';
import { doubleText } from './resp-writer.js';

/** A container whose items are still to come. */
export interface OpenContainer {
  readonly kind: 'array' | 'map' | 'set' | 'push';
  /** Items that are missing; two for each pair of a map. */
  missing: number;
  readonly items: ReplyValue[];
}

export function closedContainer(container: OpenContainer): ReplyValue {
  const { kind, items } = container;
  if (kind === 'array') return items;
  if (kind === 'set') return new ReplySet(items);
  if (kind === 'push') return new ReplyPush(items);
  const entries: [ReplyValue, ReplyValue][] = [];
  for (let i = 0; i + 1 < items.length; i += 2) entries.push([items[i] as ReplyValue, items[i + 1] as ReplyValue]);
  return new ReplyMap(entries);
}

/**
 * A `ReplySink` that builds `ReplyValue`s.
 * @example
 * const collector = new ReplyCollector(3);
 * engine.execute('COUNT', Request.of(['COUNT']), collector, caller);
 * collector.take(); // 2
 */
export class ReplyCollector implements ReplySink {
  version: 2 | 3;
  private readonly open: OpenContainer[] = [];
  private readonly finished: ReplyValue[] = [];

  constructor(version: 2 | 3 = 3) {
    this.version = version;
  }

  /** Complete replies that were not taken. */
  get count(): number {
    return this.finished.length;
  }

  /** The oldest complete reply; throws when there is none, which is a handler's mistake. */
  take(): ReplyValue {
    if (this.finished.length === 0)
      throw new Error(this.open.length === 0 ? 'no reply was written' : 'a reply was begun and not finished');
    return this.finished.shift() as ReplyValue;
  }

  ok(): void {
    this.add('OK');
  }

  simple(text: string): void {
    this.add(text);
  }

  integer(value: number | bigint): void {
    if (typeof value === 'number' && !Number.isSafeInteger(value))
      throw new RangeError(`an integer reply must be a safe integer, not ${value}`);
    if (typeof value === 'bigint' && this.version === 2 && BigInt.asIntN(64, value) !== value) {
      this.bulkText(value.toString());
      return;
    }
    const isSafe = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
    this.add(isSafe ? Number(value) : value);
  }

  bulk(source: Uint8Array, start: number, end: number): void {
    this.add(Buffer.from(source.subarray(start, end)));
  }

  bulkText(text: string): void {
    this.add(Buffer.from(text, 'utf8'));
  }

  null(): void {
    this.add(null);
  }

  boolean(value: boolean): void {
    this.add(this.version === 3 ? value : value ? 1 : 0);
  }

  double(value: number): void {
    this.add(this.version === 3 ? new ReplyDouble(value) : Buffer.from(doubleText(value), 'latin1'));
  }

  array(length: number): void {
    this.begin('array', length);
  }

  map(pairs: number): void {
    this.begin(this.version === 3 ? 'map' : 'array', pairs * 2);
  }

  set(length: number): void {
    this.begin(this.version === 3 ? 'set' : 'array', length);
  }

  push(length: number): void {
    this.begin(this.version === 3 ? 'push' : 'array', length);
  }

  verbatim(text: string): void {
    this.add(this.version === 3 ? new ReplyVerbatim('txt', text) : Buffer.from(text, 'utf8'));
  }

  error(code: ErrorCode, message: string): void {
    this.add(new ReplyError(code, message));
  }

  private begin(kind: OpenContainer['kind'], missing: number): void {
    const container: OpenContainer = { kind, missing, items: [] };
    if (missing === 0) this.add(closedContainer(container));
    else this.open.push(container);
  }

  private add(value: ReplyValue): void {
    let complete = value;
    while (this.open.length > 0) {
      const container = this.open[this.open.length - 1] as OpenContainer;
      container.items.push(complete);
      if (--container.missing > 0) return;
      this.open.pop();
      complete = closedContainer(container);
    }
    this.finished.push(complete);
  }
}
