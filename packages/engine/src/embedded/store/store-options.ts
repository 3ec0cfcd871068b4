import { EngineError } from '../../engine.js';

/** When a change is on disk: never on purpose, once in an interval, or before its reply leaves. */
export type Durability = 'none' | 'interval' | 'always';

/** Where and how sessions are kept beyond memory. */
export interface StoreOptions {
  /** A directory of the store's own; it is made when it is missing. */
  readonly directory: string;
  readonly durability: Durability;
  /** Milliseconds between two writes with `interval`; default 1000. */
  readonly intervalMs?: number;
  /** Bytes of sessions held in memory; others come back from disk on demand. Default 512 MiB. */
  readonly hotMemoryBytes?: number;
  /** Bytes that the store may use on disk; 0, the default, is no limit. */
  readonly maxStoreBytes?: number;
  /** Told about what an operator should know: a disk that is full, and that it has room again. */
  readonly onNotice?: (message: string) => void;
}

export const defaultIntervalMs = 1000;
export const defaultHotMemoryBytes = 512 * 1024 * 1024;

/** Why a store cannot be opened or written; the message names the file and the way out. */
export class StoreFault extends EngineError {
  constructor(message: string) {
    super('UNAVAILABLE', message);
    this.name = 'StoreFault';
  }
}
