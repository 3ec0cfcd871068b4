import type { ReplySink } from '@msession/protocol';
import { hiddenId } from '../hidden-id.js';
import type { Handler } from './handler.js';

export const locksCommand: Handler<'LOCKS'> = (engine, request, args, sink) => {
  const { locks, clock, limits } = engine;
  const only = args.id === 0 ? undefined : request.latin1(args.id);
  const held = [...locks.held()].filter((lock) => only === undefined || lock.idText === only);
  const toWallMs = clock.wallMs() - clock.monotonicMs();
  sink.array(held.length);
  for (const lock of held) {
    sink.map(8);
    sink.bulkText('id');
    if (limits.showIds) sink.bulk(lock.id, 0, lock.id.length);
    else sink.bulkText(hiddenId(lock.id));
    integer(sink, 'key', lock.key);
    integer(sink, 'connection', lock.holderId);
    integer(sink, 'bound', lock.boundTo === undefined ? 0 : 1);
    text(sink, 'note', shownNote(lock.note));
    integer(sink, 'sinceMs', lock.sinceMs);
    integer(sink, 'untilMs', toWallMs + lock.leaseEndMs);
    sink.bulkText('waiters');
    sink.array(lock.waiters.length);
    for (const waiter of lock.waiters) {
      sink.map(4);
      integer(sink, 'connection', waiter.request.caller.id);
      text(sink, 'note', shownNote(waiter.request.note));
      integer(sink, 'sinceMs', waiter.sinceMs);
      integer(sink, 'untilMs', toWallMs + waiter.deadlineMs);
    }
  }
};

function integer(sink: ReplySink, name: string, value: number): void {
  sink.bulkText(name);
  sink.integer(Math.floor(value));
}

function text(sink: ReplySink, name: string, value: string): void {
  sink.bulkText(name);
  sink.bulkText(value);
}

/** A note may hold a URL, whose query is nobody's business. */
function shownNote(note: string): string {
  return note.replace(/\?\S*/g, '');
}
