// Hands session events to those who listen, and costs nothing when nobody does.
import type { SessionEvent, SessionEventListener, SessionEventName } from '../engine.js';

export class EventHub {
  readonly #listeners = new Set<SessionEventListener>();
  #names = new Set<SessionEventName>();
  #dataNames = new Set<SessionEventName>();

  subscribe(listener: SessionEventListener): () => void {
    this.#listeners.add(listener);
    this.#recount();
    return () => {
      this.#listeners.delete(listener);
      this.#recount();
    };
  }

  /** Whether anybody listens for this event: ask before building one. */
  isWanted(name: SessionEventName): boolean {
    return this.#names.has(name);
  }

  /** Whether anybody wants the data with it. */
  isDataWanted(name: SessionEventName): boolean {
    return this.#dataNames.has(name);
  }

  emit(event: SessionEvent): void {
    for (const listener of this.#listeners) {
      if (!listener.names.has(event.name)) continue;
      if (listener.wantsData || event.data === undefined) {
        listener.onEvent(event);
      } else {
        const { data: _withheld, ...withoutData } = event;
        listener.onEvent(withoutData);
      }
    }
  }

  #recount(): void {
    this.#names = new Set();
    this.#dataNames = new Set();
    for (const listener of this.#listeners) {
      for (const name of listener.names) {
        this.#names.add(name);
        if (listener.wantsData) this.#dataNames.add(name);
      }
    }
  }
}
