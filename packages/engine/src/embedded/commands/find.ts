import type { Handler } from './handler.js';
import { replyIds } from './id-listing.js';
import { liveInOrder, withIndex } from './search.js';

export const find: Handler<'FIND'> = (engine, request, args, sink) => {
  const value = request.bytes(args.value);
  return withIndex(
    engine,
    request.bytes(args.name),
    sink,
    (indexed, target) => {
      const { sessions } = engine;
      const found = liveInOrder(engine, sessions.index.sessionsWith(indexed, value, 0, value.length));
      replyIds(
        found.map((address) => sessions.idOf(address)),
        target,
      );
    },
    value,
  );
};
