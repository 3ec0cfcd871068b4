// Subscriptions to what happens to sessions. The server is told the union of what all subscriptions want, and told again
// after every reconnect; each subscription gets what it asked for. Events while there was no connection are lost: the
// client's `ready` event says when that may be the case.
import { encodeRequest, type ReplyValue, replyText } from '@msession/protocol';
import { AsyncBuffer } from './async-buffer.js';
import type { TextOf } from './command-types.js';
import { ArgumentError, ConnectionError, type MsessionError } from './errors.js';
import type { Link } from './link.js';
import type { Encoding, ResolvedOptions } from './options.js';

export const sessionEventNames = [
  'created',
  'destroyed',
  'expired',
  'evicted',
  'renamed',
  'locked',
  'unlocked',
] as const;

export type SessionEventName = (typeof sessionEventNames)[number];

export interface SessionEvent<E extends Encoding = 'utf8'> {
  readonly name: SessionEventName;
  readonly id: TextOf<E>;
  /** The server's clock, milliseconds since 1970. */
  readonly atMs: number;
  /** The new id, of `renamed`, where the server tells it. */
  readonly newId?: TextOf<E>;
  /** The data the session had, null for none; only `withData`. */
  readonly data?: TextOf<E> | null;
}

export interface SubscribeOptions<E extends Encoding> {
  /** Default: all. */
  readonly names?: readonly SessionEventName[];
  /** The session's data, too; the server allows it to administrators. */
  readonly withData?: boolean;
  /** Unread events kept; one more ends the subscription with EVENTS_OVERFLOW. Default 10000. */
  readonly maxBuffered?: number;
  readonly signal?: AbortSignal;
  readonly encoding?: E;
}

/** `for await (const event of subscription)`; leaving the loop ends it, as `close()` does. */
export interface EventSubscription<E extends Encoding = 'utf8'> extends AsyncIterableIterator<SessionEvent<E>> {
  close(): void;
}

interface Subscriber {
  readonly names: ReadonlySet<string>;
  readonly withData: boolean;
  readonly encoding: Encoding;
  readonly buffer: AsyncBuffer<SessionEvent<Encoding>>;
}

export class SessionEvents<E extends Encoding> {
  private readonly link: Link;
  private readonly options: ResolvedOptions;
  private readonly subscribers = new Set<Subscriber>();

  constructor(link: Link, options: ResolvedOptions) {
    this.link = link;
    this.options = options;
  }

  /** Whether there are subscriptions, for which the connection is kept up. */
  get isActive(): boolean {
    return this.subscribers.size > 0;
  }

  /**
   * Subscribes; resolves when the server has agreed. Rejects with NEEDS_RESP3, NOPERM (`withData`), ARGUMENT, or
   * what connecting failed of.
   *
   * @example
   * for await (const event of await client.events.subscribe({ names: ['expired'] })) console.log(event.id);
   */
  async subscribe<const Given extends Encoding = E>(
    options: SubscribeOptions<Given> = {},
  ): Promise<EventSubscription<Given>> {
    const names = options.names ?? sessionEventNames;
    for (const name of names)
      if (!sessionEventNames.includes(name))
        throw new ArgumentError(`there is no event of that name (${sessionEventNames.join(', ')})`);
    options.signal?.throwIfAborted();
    const buffer = new AsyncBuffer<SessionEvent<Encoding>>(options.maxBuffered ?? 10_000, () =>
      this.remove(subscriber),
    );
    const subscriber: Subscriber = {
      names: new Set(names),
      withData: options.withData === true,
      encoding: options.encoding ?? this.options.encoding,
      buffer,
    };
    this.subscribers.add(subscriber);
    try {
      await this.announce();
    } catch (error) {
      buffer.end();
      throw error;
    }
    options.signal?.addEventListener('abort', () => buffer.end(), { once: true });
    return Object.assign(buffer, { close: () => buffer.end() }) as unknown as EventSubscription<Given>;
  }

  /** A push message; answers whether it was an event. */
  receive(items: readonly ReplyValue[]): boolean {
    if (replyText(items[0]) !== 'event') return false;
    const name = replyText(items[1]) as SessionEventName;
    for (const subscriber of this.subscribers)
      if (subscriber.names.has(name)) subscriber.buffer.push(eventOf(name, items, subscriber));
    return true;
  }

  /** A new connection knows nothing of the subscriptions. */
  resubscribe(): void {
    if (this.isActive) this.announce().catch((error: Error) => this.fail(error));
  }

  fail(error: Error): void {
    for (const subscriber of this.subscribers) subscriber.buffer.end(error);
  }

  end(): void {
    for (const subscriber of this.subscribers) subscriber.buffer.end();
  }

  private remove(subscriber: Subscriber): void {
    this.subscribers.delete(subscriber);
    if (this.link.state !== 'ready') return;
    const told = this.isActive ? this.announce() : this.send(['EVENTS', 'OFF']);
    told.catch(() => {});
  }

  private async announce(): Promise<void> {
    const names = new Set([...this.subscribers].flatMap((subscriber) => [...subscriber.names]));
    const withData = [...this.subscribers].some((subscriber) => subscriber.withData);
    try {
      await this.send(['EVENTS', 'ON', ...names, ...(withData ? ['DATA'] : [])]);
    } catch (error) {
      if (this.link.protocol !== 2) throw error;
      throw new ConnectionError('NEEDS_RESP3', 'events need RESP3; this connection speaks RESP2', { cause: error });
    }
  }

  private send(words: readonly string[]): Promise<ReplyValue> {
    return new Promise<ReplyValue>((resolve, reject: (error: MsessionError) => void) => {
      const request = {
        command: 'EVENTS',
        bytes: encodeRequest(words),
        // saying again what is wanted changes nothing
        isIdempotent: true,
        isBlocking: false,
        timeoutMs: this.options.timeoutMs,
        onReply: resolve,
        onError: reject,
      };
      this.link.submit(request, { isInternal: true });
    });
  }
}

function eventOf(name: SessionEventName, items: readonly ReplyValue[], subscriber: Subscriber): SessionEvent<Encoding> {
  const bytes = (value: ReplyValue | undefined) =>
    Buffer.isBuffer(value) && subscriber.encoding === 'buffer' ? value : (replyText(value) ?? '');
  const [, , id, atMs, ...more] = items;
  const event = { name, id: bytes(id), atMs: Number(atMs) };
  const newId = name === 'renamed' ? more.pop() : undefined;
  const data = more[0];
  return {
    ...event,
    ...(newId === undefined ? {} : { newId: bytes(newId) }),
    ...(subscriber.withData && data !== undefined ? { data: data === null ? null : bytes(data) } : {}),
  };
}
