import { randomBytes } from 'node:crypto';
import { maxIdBytes } from '@msession/protocol';
import { slashIn } from '../sessions.js';
import type { EngineParts } from './handler.js';
import { type Handler, sessionOr } from './handler.js';
import { parentFor } from './new-session.js';

const randomBytesOfId = 20;

export const subnew: Handler<'SUBNEW'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const parentId = request.bytes(args.id);
  if (slashIn(parentId, 0, parentId.length) >= 0) {
    sink.error('ERR', 'a sub-session has no sub-sessions of its own');
    return;
  }
  if (sessionOr(engine, request, args.id, sink) === 0) return;
  let source = 0;
  if (args.cloneOf !== 0) {
    const sourceId = Buffer.concat([parentId, slash, request.view(args.cloneOf)]);
    source = sessions.find(sourceId, 0, sourceId.length);
    if (source === 0) {
      sink.error('NOSESSION', 'there is no sub-session of that id to clone');
      return;
    }
  }
  if (parentId.length + 1 + 2 * randomBytesOfId > maxIdBytes) {
    sink.error('BADLEN', `the id of the sub-session would have more than ${maxIdBytes} bytes`);
    return;
  }
  const { sub, id } = freshSubId(engine, parentId);
  const parent = parentFor(engine, id, 0, id.length, sink);
  if (parent < 0) return;
  if (source !== 0) sessions.touch(source);
  const address = sessions.create(id, 0, id.length, parent, args.timeoutSeconds);
  if (source !== 0) sessions.copyContent(source, address);
  sessions.emit('created', address);
  sink.bulk(sub, 0, sub.length);
};

const slash = Buffer.from('/');

function freshSubId(engine: EngineParts, parentId: Buffer): { readonly sub: Buffer; readonly id: Buffer } {
  for (;;) {
    const sub = Buffer.from(randomBytes(randomBytesOfId).toString('hex'), 'latin1');
    const id = Buffer.concat([parentId, slash, sub]);
    const isTaken = engine.sessions.find(id, 0, id.length) !== 0 || engine.locks.isHeld(id.toString('latin1'));
    if (!isTaken) return { sub, id };
  }
}
