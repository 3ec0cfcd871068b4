import { headDouble, headWord } from '../session-layout.js';
import { replyData } from './data-reply.js';
import { type Handler, sessionOr } from './handler.js';
import { replyVariables } from './variables-reply.js';

export const getobject: Handler<'GETOBJECT'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const address = sessionOr(engine, request, args.id, sink);
  if (address === 0) return;
  sessions.touch(address);
  const className = sessions.classNames.name(sessions.word(address, headWord.className));
  sink.map(4);
  sink.bulkText('class');
  sink.bulk(className, 0, className.length);
  sink.bulkText('data');
  replyData(engine, address, sink);
  sink.bulkText('rev');
  sink.integer(sessions.double(address, headDouble.revision));
  sink.bulkText('vars');
  replyVariables(engine, address, sink);
};
