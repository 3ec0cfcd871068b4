import { globalsId, maxIdBytes } from '@msession/protocol';
import { type Handler, sessionOr } from './handler.js';
import { endOverdueSubs } from './overdue-subs.js';

export const rename: Handler<'RENAME'> = (engine, request, args, sink) => {
  const { sessions, locks } = engine;
  const { buffer } = request;
  const oldText = request.latin1(args.id);
  const newText = request.latin1(args.newId);
  if (oldText === globalsId) {
    sink.error('ERR', "RENAME does not work on the built-in session 'globals'");
    return;
  }
  if (parentText(oldText) !== parentText(newText)) {
    sink.error('ERR', 'RENAME keeps a session a session, and a sub-session with its parent');
    return;
  }
  let address = sessionOr(engine, request, args.id, sink);
  if (address === 0) return;
  if (oldText !== newText) {
    const start = request.start(args.newId);
    const end = request.end(args.newId);
    if (sessions.find(buffer, start, end) !== 0 || locks.isHeld(newText)) {
      sink.error('DUPSESSION', 'the new id is taken');
      return;
    }
    endOverdueSubs(sessions, address);
    const longestSub = Math.max(0, ...sessions.subSessions(address).map((sub) => sessions.idOf(sub).length));
    if (longestSub - oldText.length + newText.length > maxIdBytes) {
      sink.error('BADLEN', `the id of a sub-session would have more than ${maxIdBytes} bytes; take a shorter id`);
      return;
    }
    address = sessions.rename(address, buffer, start, end);
    locks.rename(oldText, newText);
  }
  sessions.touch(address);
  sink.ok();
};

function parentText(idText: string): string | undefined {
  const slash = idText.indexOf('/');
  return slash < 0 ? undefined : idText.slice(0, slash);
}
