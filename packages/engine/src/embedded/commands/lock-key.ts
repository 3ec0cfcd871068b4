import type { ReplySink, Request } from '@msession/protocol';
import type { EngineParts } from './handler.js';

/** Whether a `KEY k` guard lets a write pass; NOWLOCK is written when not. */
export function passesKey(
  engine: EngineParts,
  request: Request,
  id: number,
  key: number | undefined,
  sink: ReplySink,
): boolean {
  if (key === undefined || engine.locks.heldBy(request.latin1(id), key) !== undefined) return true;
  sink.error('NOWLOCK', 'the key does not hold the lock; nothing was written');
  return false;
}
