import { sessionFlag } from '../session-layout.js';
import { slashIn } from '../sessions.js';
import type { Handler } from './handler.js';
import { endOverdueSubs } from './overdue-subs.js';
import { liveInOrder, withIndex } from './search.js';

export const dropwhere: Handler<'DROPWHERE'> = (engine, request, args, sink) => {
  const value = request.bytes(args.value);
  const except = args.except === 0 ? undefined : request.bytes(args.except);
  return withIndex(
    engine,
    request.bytes(args.name),
    sink,
    (indexed, target) => {
      const { sessions } = engine;
      const keptEnd = except === undefined ? 0 : slashIn(except, 0, except.length);
      const kept = except === undefined ? 0 : sessions.find(except, 0, keptEnd < 0 ? except.length : keptEnd);
      const found = liveInOrder(engine, sessions.index.sessionsWith(indexed, value, 0, value.length));
      const doomed = found.filter((address) => address !== kept && !sessions.hasFlag(address, sessionFlag.subSession));
      for (const address of doomed) {
        endOverdueSubs(sessions, address);
        sessions.destroy(address, 'destroyed');
      }
      target.integer(doomed.length);
    },
    value,
  );
};
