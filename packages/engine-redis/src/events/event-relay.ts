// Hands session events to those who listen at this front-end, and to other front-ends that have listeners.
import type { SessionEvent, SessionEventListener, SessionEventName } from '@msession/engine';

export interface EventRelay {
  subscribe(listener: SessionEventListener): () => void;
  /** Whether anybody, here or elsewhere, listens for this event: ask before building one. */
  isWanted(name: SessionEventName): boolean;
  /** Whether anybody wants the data with it. */
  isDataWanted(name: SessionEventName): boolean;
  /** Tells of a change that this front-end made. */
  emit(event: SessionEvent): void;
}
