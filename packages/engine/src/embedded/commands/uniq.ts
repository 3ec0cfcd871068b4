import { randomAlphabet, randomText } from '../random-text.js';
import type { EngineParts, Handler } from './handler.js';
import { writeFields } from './session-fields.js';

const tries = 128;

export const uniq: Handler<'UNIQ'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const id = freshId(engine, args.length);
  if (id === undefined) {
    sink.error('ERR', `all ids of length ${args.length} are taken; ask for a longer one`);
    return;
  }
  const address = sessions.create(id, 0, id.length, 0, args.timeoutSeconds);
  writeFields(engine, request, args, address);
  sessions.emit('created', address);
  sink.bulk(id, 0, id.length);
};

function freshId(engine: EngineParts, length: number): Buffer | undefined {
  const isFree = (id: Buffer) =>
    engine.sessions.find(id, 0, id.length) === 0 && !engine.locks.isHeld(id.toString('latin1'));
  for (let i = 0; i < tries; i++) {
    const id = randomText(length);
    if (isFree(id)) return id;
  }
  // of one character there are few enough to look at each
  return length === 1 ? randomAlphabet.map((byte) => Buffer.of(byte)).find(isFree) : undefined;
}
