import { headDouble, headWord } from '../session-layout.js';
import type { Handler } from './handler.js';
import { parentFor } from './new-session.js';
import { isStale } from './revision-check.js';
import { mayWriteFields, writeFields } from './session-fields.js';

export const sunlock: Handler<'SUNLOCK'> = (engine, request, args, sink) => {
  const { sessions, locks } = engine;
  const { buffer } = request;
  const start = request.start(args.id);
  const end = request.end(args.id);
  let address = sessions.find(buffer, start, end);
  const lock = locks.heldBy(request.latin1(args.id), args.key);
  const released =
    args.data === 0 ? 0 : sessions.hasher.hash(buffer, request.start(args.data), request.end(args.data)) || 1;
  if (lock === undefined) {
    if (address === 0) {
      sink.error('NOSESSION', 'there is no session of that id');
    } else if (
      args.key !== 0 &&
      sessions.double(address, headDouble.releasedKey) === args.key &&
      sessions.word(address, headWord.releasedData) === released
    ) {
      // the same request again: its first reply was lost
      sessions.touch(address);
      sink.integer(1);
    } else {
      sink.error('NOWLOCK', 'the key does not hold the lock; nothing was written');
    }
    return;
  }
  if (isStale(engine, address, args.ifRev, sink) || !mayWriteFields(engine, request, args, address, sink)) return;
  const hasContent = args.data !== 0 || args.className !== 0 || args.variables.count > 0;
  if (address !== 0) {
    writeFields(engine, request, args, address);
    if (args.timeoutSeconds === undefined) sessions.touch(address);
    else sessions.setTimeout(address, args.timeoutSeconds);
  } else if (hasContent) {
    const parent = parentFor(engine, buffer, start, end, sink);
    if (parent < 0) return;
    address = sessions.create(buffer, start, end, parent, args.timeoutSeconds);
    writeFields(engine, request, args, address);
    sessions.emit('created', address);
  }
  locks.free(lock, address, released);
  sink.integer(1);
};
