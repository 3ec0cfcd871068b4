import type { Handler } from './handler.js';
import { passesKey } from './lock-key.js';
import { mayHold, writeVariables } from './session-fields.js';
import { writeTarget, writeTo } from './written-session.js';

export const setval: Handler<'SETVAL'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const address = sessions.find(request.buffer, request.start(args.id), request.end(args.id));
  // a session that lives needs no closures; this is the path that is measured
  if (address !== 0) {
    if (!passesKey(engine, request, args.id, args.key, sink)) return;
    if (!mayHold(engine, request, args.variables, undefined, address, sink)) return;
    writeVariables(engine, request, args.variables, address);
    sessions.touch(address);
    sink.ok();
    return;
  }
  const target = writeTarget(engine, request, args.id, sink);
  if (target === undefined || !passesKey(engine, request, args.id, args.key, sink)) return;
  if (!mayHold(engine, request, args.variables, undefined, 0, sink)) return;
  writeTo(engine, request, args.id, target, (made) => writeVariables(engine, request, args.variables, made));
  sink.ok();
};
