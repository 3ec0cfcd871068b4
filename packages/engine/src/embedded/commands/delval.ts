import { type Handler, sessionOr } from './handler.js';
import { passesKey } from './lock-key.js';
import { removeVariables } from './session-fields.js';

export const delval: Handler<'DELVAL'> = (engine, request, args, sink) => {
  const address = sessionOr(engine, request, args.id, sink);
  if (address === 0 || !passesKey(engine, request, args.id, args.key, sink)) return;
  const names = args.key === undefined ? args.names : (args.unset ?? args.names);
  const removed = removeVariables(engine, request, names, address);
  engine.sessions.touch(address);
  sink.integer(removed);
};
