import { hiddenId } from '@msession/engine';
import type { ReplySink } from '@msession/protocol';
import type { Handler } from '../../engine-parts.js';
import type { LockReport } from '../lock-calls.js';
import type { LockParts } from '../script-lock-service.js';

export function locksHandler(parts: () => LockParts): Handler<'LOCKS'> {
  return async (engine, request, args) => {
    const { calls } = parts();
    const idTexts = args.id === 0 ? (await calls.leases()).map(([idText]) => idText) : [request.latin1(args.id)];
    const reports = await Promise.all(idTexts.map((idText) => calls.report(idText)));
    const held = idTexts.flatMap((idText, at): [Buffer, LockReport][] => {
      const report = reports[at];
      return report === undefined ? [] : [[Buffer.from(idText, 'latin1'), report]];
    });
    held.sort(([, left], [, right]) => left.key - right.key);
    return (sink) => {
      sink.array(held.length);
      for (const [id, report] of held) {
        sink.map(8);
        sink.bulkText('id');
        if (engine.limits.showIds) sink.bulk(id, 0, id.length);
        else sink.bulkText(hiddenId(id));
        integer(sink, 'key', report.key);
        integer(sink, 'connection', report.connection);
        integer(sink, 'bound', report.isBound ? 1 : 0);
        text(sink, 'note', shownNote(report.note));
        integer(sink, 'sinceMs', report.sinceMs);
        integer(sink, 'untilMs', report.untilMs);
        sink.bulkText('waiters');
        sink.array(report.waiters.length);
        for (const waiter of report.waiters) {
          sink.map(4);
          integer(sink, 'connection', waiter.connection);
          text(sink, 'note', shownNote(waiter.note));
          integer(sink, 'sinceMs', waiter.sinceMs);
          integer(sink, 'untilMs', waiter.untilMs);
        }
      }
    };
  };
}

function integer(sink: ReplySink, name: string, value: number): void {
  sink.bulkText(name);
  sink.integer(value);
}

function text(sink: ReplySink, name: string, value: string): void {
  sink.bulkText(name);
  sink.bulkText(value);
}

/** A note may hold a URL, whose query is nobody's business. */
function shownNote(note: string): string {
  return note.replace(/\?\S*/g, '');
}
