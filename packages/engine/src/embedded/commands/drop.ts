import { refusesGlobals } from './globals-guard.js';
import { type Handler, sessionOr } from './handler.js';
import { passesKey } from './lock-key.js';
import { endOverdueSubs } from './overdue-subs.js';

export const drop: Handler<'DROP'> = (engine, request, args, sink) => {
  const address = sessionOr(engine, request, args.id, sink);
  if (address === 0) return;
  if (refusesGlobals(engine, address, 'DROP', sink)) return;
  if (!passesKey(engine, request, args.id, args.key, sink)) return;
  endOverdueSubs(engine.sessions, address);
  engine.sessions.destroy(address, 'destroyed');
  sink.integer(1);
};
