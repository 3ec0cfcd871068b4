import { headWord } from '../session-layout.js';
import type { Handler } from './handler.js';
import { liveInOrder, withIndex } from './search.js';

export const listvar: Handler<'LISTVAR'> = (engine, request, args, sink) => {
  const name = request.bytes(args.name);
  return withIndex(engine, name, sink, (indexed, target) => {
    const { sessions } = engine;
    const found = liveInOrder(engine, sessions.index.sessionsHaving(indexed));
    target.map(found.length);
    for (const address of found) {
      const id = sessions.idOf(address);
      target.bulk(id, 0, id.length);
      sessions.variables.find(sessions.word(address, headWord.variables), name, 0, name.length);
      const { bytes, valueStart, valueEnd } = sessions.variables.place;
      target.bulk(bytes, valueStart, valueEnd);
    }
  });
};
