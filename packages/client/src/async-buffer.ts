// Hands items from callbacks to `for await`, keeping at most so many unread ones: a reader that is too slow gets an
// error instead of a gap it cannot see.
import { MsessionError } from './errors.js';

export class AsyncBuffer<Item> implements AsyncIterableIterator<Item> {
  private items: Item[] = [];
  private readers: { resolve(result: IteratorResult<Item>): void; reject(error: Error): void }[] = [];
  private failure: Error | undefined;
  private isEnded = false;
  private readonly capacity: number;
  private readonly onEnd: () => void;

  /** `onEnd` is called once, when the reader or the writer ends it. */
  constructor(capacity: number, onEnd: () => void) {
    this.capacity = capacity;
    this.onEnd = onEnd;
  }

  push(item: Item): void {
    if (this.isEnded) return;
    const reader = this.readers.shift();
    if (reader !== undefined) reader.resolve({ done: false, value: item });
    else if (this.items.length < this.capacity) this.items.push(item);
    else
      this.end(
        new MsessionError('EVENTS_OVERFLOW', `${this.capacity} unread events; read faster or raise maxBuffered`),
      );
  }

  /** What was pushed is still read, then the error is thrown or the loop ends. */
  end(error?: Error): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.failure = error;
    for (const reader of this.readers.splice(0)) {
      if (error === undefined) reader.resolve({ done: true, value: undefined });
      else reader.reject(error);
    }
    this.onEnd();
  }

  next(): Promise<IteratorResult<Item>> {
    if (this.items.length > 0) return Promise.resolve({ done: false, value: this.items.shift() as Item });
    if (this.isEnded) {
      const { failure } = this;
      this.failure = undefined;
      return failure === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(failure);
    }
    return new Promise((resolve, reject) => this.readers.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<Item>> {
    this.items = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
