// The session that SETVAL and arithmetic write to: the one that lives, or the one that a reserved id becomes by it.
import type { ReplySink, Request } from '@msession/protocol';
import type { EngineParts } from './handler.js';
import { parentFor } from './new-session.js';

/**
 * Address of the session to write to, 0 when it has to be made (of a reserved id, with `parent` as its parent), or -1
 * when the refusal is written.
 */
export interface WriteTarget {
  address: number;
  parent: number;
}

export function writeTarget(
  engine: EngineParts,
  request: Request,
  index: number,
  sink: ReplySink,
): WriteTarget | undefined {
  const start = request.start(index);
  const end = request.end(index);
  const address = engine.sessions.find(request.buffer, start, end);
  if (address !== 0) return { address, parent: 0 };
  if (!engine.locks.isHeld(request.latin1(index))) {
    sink.error('NOSESSION', 'there is no session of that id');
    return undefined;
  }
  const parent = parentFor(engine, request.buffer, start, end, sink);
  return parent < 0 ? undefined : { address: 0, parent };
}

/** Makes the session of a target that has none; `write` fills it before it is announced. */
export function writeTo(
  engine: EngineParts,
  request: Request,
  index: number,
  target: WriteTarget,
  write: (address: number) => void,
): void {
  const { sessions } = engine;
  if (target.address !== 0) {
    write(target.address);
    sessions.touch(target.address);
    return;
  }
  const address = sessions.create(request.buffer, request.start(index), request.end(index), target.parent, undefined);
  write(address);
  sessions.emit('created', address);
}
