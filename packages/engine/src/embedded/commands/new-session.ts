// What has to be right before a session is made: the id is free, and the parent of a sub-session lives and has room.
import type { ReplySink, Request } from '@msession/protocol';
import type { EngineParts } from './handler.js';
import { endOverdueSubs } from './overdue-subs.js';

/** The parent's address (0 for a session of its own), or -1 when the refusal is written. */
export function parentForNew(engine: EngineParts, request: Request, index: number, sink: ReplySink): number {
  const { sessions } = engine;
  const start = request.start(index);
  const end = request.end(index);
  if (sessions.find(request.buffer, start, end) !== 0) {
    sink.error('DUPSESSION', 'a session of that id exists already');
    return -1;
  }
  return parentFor(engine, request.buffer, start, end, sink);
}

/** As `parentForNew`, for an id that is known to be free. */
export function parentFor(engine: EngineParts, buffer: Buffer, start: number, end: number, sink: ReplySink): number {
  const { sessions, limits } = engine;
  const parent = sessions.parentOf(buffer, start, end);
  if (parent < 0) return 0;
  if (parent === 0) {
    sink.error('NOSESSION', 'the parent of that sub-session does not live');
    return -1;
  }
  const most = Math.min(limits.maxSubSessionsPerSession, 0xffff);
  if (sessions.subSessionCountOf(parent) >= most) endOverdueSubs(sessions, parent);
  if (sessions.subSessionCountOf(parent) >= most) {
    sink.error('BADLEN', `the session has ${most} sub-sessions, as many as max-sub-sessions allows; drop one first`);
    return -1;
  }
  return parent;
}
