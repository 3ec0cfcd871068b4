import type { Handler } from './handler.js';
import { parentForNew } from './new-session.js';
import { writeFields } from './session-fields.js';

export const create: Handler<'CREATE'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const { buffer } = request;
  const parent = parentForNew(engine, request, args.id, sink);
  if (parent < 0) return;
  const address = sessions.create(buffer, request.start(args.id), request.end(args.id), parent, args.timeoutSeconds);
  writeFields(engine, request, args, address);
  sessions.emit('created', address);
  sink.ok();
};
