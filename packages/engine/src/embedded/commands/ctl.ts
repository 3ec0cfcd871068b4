import type { LockTable } from '../lock-table.js';
import { headDouble } from '../session-layout.js';
import type { Sessions } from '../sessions.js';
import type { Handler } from './handler.js';

export const ctl: Handler<'CTL'> = (engine, request, args, sink) => {
  const { sessions, locks } = engine;
  if (args.what === 'NOW') {
    sink.integer(Math.floor(sessions.wallMs() / 1000));
    return;
  }
  const address = sessions.find(request.buffer, request.start(args.id), request.end(args.id));
  if (args.what === 'EXIST') {
    sink.integer(address === 0 ? 0 : 1);
    return;
  }
  if (address === 0) {
    sink.error('NOSESSION', 'there is no session of that id');
    return;
  }
  if (args.what === 'TOUCH') sessions.touch(address);
  sink.integer(fact(sessions, locks, address, args.what));
};

type Fact = 'TTL' | 'AGE' | 'TLA' | 'CTIME' | 'TOUCH' | 'REV' | 'LOCK';

function fact(sessions: Sessions, locks: LockTable, address: number, what: Fact): number {
  switch (what) {
    case 'TTL': {
      const deadlineMs = sessions.deadlineMs(address);
      return deadlineMs === Number.POSITIVE_INFINITY
        ? -1
        : Math.max(0, Math.ceil((deadlineMs - sessions.nowMs()) / 1000));
    }
    case 'AGE':
      return Math.max(0, Math.floor((sessions.wallMs() - sessions.createdAtMs(address)) / 1000));
    case 'TLA':
      return Math.floor((sessions.nowMs() - sessions.double(address, headDouble.accessedMs)) / 1000);
    case 'CTIME':
      return Math.floor(sessions.createdAtMs(address) / 1000);
    case 'TOUCH':
      return 1;
    case 'REV':
      return sessions.double(address, headDouble.revision);
    case 'LOCK':
      return locks.leftMs(address);
  }
}
