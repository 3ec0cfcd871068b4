import { headDouble } from '../session-layout.js';
import { replyData } from './data-reply.js';
import type { Handler } from './handler.js';

export const dataget: Handler<'DATAGET'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const address = sessions.find(request.buffer, request.start(args.id), request.end(args.id));
  if (args.withRevision) sink.array(2);
  if (address === 0) {
    sink.null();
    if (args.withRevision) sink.integer(0);
    return;
  }
  if (!args.isPeek) sessions.touch(address);
  replyData(engine, address, sink);
  if (args.withRevision) sink.integer(sessions.double(address, headDouble.revision));
};
