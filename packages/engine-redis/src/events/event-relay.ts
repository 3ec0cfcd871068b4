// Hands session events to those who listen at this front-end, and to other front-ends that have listeners. Each event is
// made by the front-end whose script made the change. Who listens where stands in one hash; a front-end that dies leaves its
// entry behind, which others pass by when it was not renewed for long.
import type { SessionEvent, SessionEventListener, SessionEventName } from '@msession/engine';
import { EventHub } from '@msession/engine/shared';
import type { RedisLink } from '../connection/redis-link.js';
import type { KeyNames } from '../layout/key-names.js';
import { decodeEvent, encodeEvent } from './event-codec.js';

const renewMs = 20_000;
const staleMs = 90_000;
const listenersChanged = Buffer.from('listeners');

interface Wish {
  readonly names: readonly SessionEventName[];
  readonly dataNames: readonly SessionEventName[];
  readonly sinceMs: number;
}

export class EventRelay {
  readonly #link: RedisLink;
  readonly #keys: KeyNames;
  readonly #frontEnd: string;
  readonly #hub = new EventHub();
  readonly #listeners = new Set<SessionEventListener>();
  #elsewhere = new Set<SessionEventName>();
  #elsewhereData = new Set<SessionEventName>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { link: RedisLink; keys: KeyNames; frontEnd: string }) {
    this.#link = options.link;
    this.#keys = options.keys;
    this.#frontEnd = options.frontEnd;
  }

  async start(): Promise<void> {
    await this.#link.subscribe(this.#keys.eventChannel, (message) => this.#onMessage(message));
    this.#link.onResubscribed(() => this.#learnInBackground());
    await this.#learn();
    this.#timer = setInterval(() => this.#renew(), renewMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#listeners.size > 0) this.#tell([]);
  }

  subscribe(listener: SessionEventListener): () => void {
    const unsubscribe = this.#hub.subscribe(listener);
    this.#listeners.add(listener);
    this.#tell([...this.#listeners]);
    return () => {
      unsubscribe();
      if (this.#listeners.delete(listener)) this.#tell([...this.#listeners]);
    };
  }

  /** Whether anybody, here or elsewhere, listens for this event: ask before building one. */
  isWanted(name: SessionEventName): boolean {
    return this.#hub.isWanted(name) || this.#elsewhere.has(name);
  }

  /** Whether anybody wants the data with it. */
  isDataWanted(name: SessionEventName): boolean {
    return this.#hub.isDataWanted(name) || this.#elsewhereData.has(name);
  }

  /** For scripts: whether any event is wanted, and whether any with data. */
  letter(): '' | '0' | '1' {
    if (this.#elsewhereData.size > 0) return '1';
    let letter: '' | '0' = this.#elsewhere.size > 0 ? '0' : '';
    for (const { wantsData } of this.#listeners) {
      if (wantsData) return '1';
      letter = '0';
    }
    return letter;
  }

  /** Tells of a change that this front-end made. */
  emit(event: SessionEvent): void {
    this.#hub.emit(event);
    if (!this.#elsewhere.has(event.name)) return;
    const told = this.#elsewhereData.has(event.name) ? event : withoutData(event);
    this.#link.publish(this.#keys.eventChannel, encodeEvent(this.#frontEnd, told)).catch(() => undefined);
  }

  #onMessage(message: Buffer): void {
    if (message.equals(listenersChanged)) {
      this.#learnInBackground();
      return;
    }
    const decoded = decodeEvent(message);
    if (decoded !== undefined && decoded.frontEnd !== this.#frontEnd) this.#hub.emit(decoded.event);
  }

  /** Says what this front-end's listeners want. */
  #tell(listeners: readonly SessionEventListener[]): void {
    const { listeners: key, eventChannel } = this.#keys;
    const namesOf = (some: readonly SessionEventListener[]) => [...new Set(some.flatMap(({ names }) => [...names]))];
    const wish: Wish = {
      names: namesOf(listeners),
      dataNames: namesOf(listeners.filter(({ wantsData }) => wantsData)),
      sinceMs: Date.now(),
    };
    const words =
      listeners.length === 0 ? ['HDEL', key, this.#frontEnd] : ['HSET', key, this.#frontEnd, JSON.stringify(wish)];
    this.#link
      .runOn(key, words)
      .then(() => this.#link.publish(eventChannel, listenersChanged))
      .catch(() => undefined);
  }

  #renew(): void {
    if (this.#listeners.size > 0) this.#tell([...this.#listeners]);
    this.#learnInBackground();
  }

  #learnInBackground(): void {
    this.#learn().catch(() => undefined);
  }

  async #learn(): Promise<void> {
    const flat = (await this.#link.runOn(this.#keys.listeners, ['HGETALL', this.#keys.listeners])) as readonly Buffer[];
    const names = new Set<SessionEventName>();
    const dataNames = new Set<SessionEventName>();
    for (let i = 0; i + 1 < flat.length; i += 2) {
      if (String(flat[i]) === this.#frontEnd) continue;
      const wish = JSON.parse(String(flat[i + 1])) as Wish;
      if (wish.sinceMs < Date.now() - staleMs) continue;
      for (const name of wish.names) names.add(name);
      for (const name of wish.dataNames) dataNames.add(name);
    }
    this.#elsewhere = names;
    this.#elsewhereData = dataNames;
  }
}

function withoutData(event: SessionEvent): SessionEvent {
  const { data: _withheld, ...rest } = event;
  return rest;
}
