// What the calling thread and the worker of the synchronous entry say to each other. Buffers arrive as plain Uint8Arrays
// and are made Buffers again.
import type { CallOutcome, ConnectionOptions, FunctionName } from './facade-connection.js';
import type { PhpArgument } from './function-table.js';

export interface SyncWorkerData {
  /** One Int32: the number of the last call answered. */
  readonly answered: SharedArrayBuffer;
  readonly options: ConnectionOptions;
}

export interface SyncRequest {
  readonly number: number;
  readonly name: FunctionName | 'close';
  readonly given: readonly PhpArgument[];
}

export interface SyncResponse {
  readonly number: number;
  readonly outcome: CallOutcome;
}

/** A copy in which every Uint8Array is a Buffer over the same bytes, and every object one without a prototype. */
export function revive(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of Object.entries(value)) copy[name] = revive(item);
  return copy;
}
