import { type Handler, sessionOr } from './handler.js';
import { liveInOrder } from './search.js';

export const sublist: Handler<'SUBLIST'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const address = sessionOr(engine, request, args.id, sink);
  if (address === 0) return;
  const behindSlash = request.length(args.id) + 1;
  const live = liveInOrder(engine, sessions.subSessions(address));
  sink.array(live.length);
  for (const sub of live) {
    const id = sessions.idOf(sub);
    sink.bulk(id, behindSlash, id.length);
  }
};
