import { headWord } from '../session-layout.js';
import { type Handler, sessionOr } from './handler.js';
import { parentForNew } from './new-session.js';

export const copy: Handler<'COPY'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const source = sessionOr(engine, request, args.id, sink);
  if (source === 0) return;
  const parent = parentForNew(engine, request, args.newId, sink);
  if (parent < 0) return;
  sessions.touch(source);
  const timeoutSeconds = sessions.word(source, headWord.timeoutSeconds);
  const address = sessions.create(
    request.buffer,
    request.start(args.newId),
    request.end(args.newId),
    parent,
    timeoutSeconds,
  );
  sessions.copyContent(source, address);
  sessions.emit('created', address);
  sink.ok();
};
