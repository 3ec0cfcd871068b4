import type { Handler } from './handler.js';
import { passesKey } from './lock-key.js';
import { parentFor } from './new-session.js';
import { isStale } from './revision-check.js';
import { mayWriteFields, writeFields } from './session-fields.js';

export const dataset: Handler<'DATASET'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const { buffer } = request;
  const start = request.start(args.id);
  const end = request.end(args.id);
  const address = sessions.find(buffer, start, end);
  if (args.condition === (address === 0 ? 'XX' : 'NX')) {
    sink.null();
    return;
  }
  if (!passesKey(engine, request, args.id, args.key, sink)) return;
  if (isStale(engine, address, args.ifRev, sink)) return;
  const parent = address === 0 ? parentFor(engine, buffer, start, end, sink) : 0;
  if (parent < 0 || !mayWriteFields(engine, request, args, address, sink)) return;
  if (address !== 0) {
    writeFields(engine, request, args, address);
    if (args.timeoutSeconds === undefined) sessions.touch(address);
    else sessions.setTimeout(address, args.timeoutSeconds);
  } else {
    const made = sessions.create(buffer, start, end, parent, args.timeoutSeconds);
    writeFields(engine, request, args, made);
    sessions.emit('created', made);
  }
  sink.ok();
};
