import { headWord } from '../session-layout.js';
import { type Handler, sessionOr } from './handler.js';

export const getval: Handler<'GETVAL'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const address = sessionOr(engine, request, args.id, sink);
  if (address === 0) return;
  sessions.touch(address);
  const block = sessions.word(address, headWord.variables);
  if (sessions.variables.find(block, request.buffer, request.start(args.name), request.end(args.name))) {
    const { bytes, valueStart, valueEnd } = sessions.variables.place;
    sink.bulk(bytes, valueStart, valueEnd);
  } else if (args.default !== 0) {
    sink.bulk(request.buffer, request.start(args.default), request.end(args.default));
  } else {
    sink.null();
  }
};
