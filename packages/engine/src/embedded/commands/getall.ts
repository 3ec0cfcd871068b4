import { type Handler, sessionOr } from './handler.js';
import { replyVariables } from './variables-reply.js';

export const getall: Handler<'GETALL'> = (engine, request, args, sink) => {
  const address = sessionOr(engine, request, args.id, sink);
  if (address === 0) return;
  engine.sessions.touch(address);
  replyVariables(engine, address, sink);
};
