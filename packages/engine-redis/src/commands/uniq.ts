import { randomAlphabet, randomText } from '@msession/engine/shared';
import type { Handler } from '../engine-parts.js';
import { placeOf } from '../layout/place.js';
import { contentWords } from './content-words.js';
import { createScript } from './create.js';
import { refused, replyBytes, replyError } from './replies.js';

const tries = 128;

export const uniq: Handler<'UNIQ'> = async (engine, request, args) => {
  const { length } = args;
  const own = request.detach();
  const content = contentWords(args);
  // of one character there are few enough to try each
  const candidates =
    length === 1 ? [...randomAlphabet].map((byte) => Buffer.of(byte)).sort(() => Math.random() - 0.5) : [];
  for (let i = 0; i < (length === 1 ? candidates.length : tries); i++) {
    const id = candidates[i] ?? randomText(length);
    const call = engine.scripts.beginAt(createScript, placeOf(id), 1 + content.count).text('1');
    content.write(call, own);
    const reply = await engine.scripts.send(call);
    if (reply === 1) {
      engine.figures.created++;
      return replyBytes(id);
    }
    if (reply !== -2) return refused(engine, reply) ?? replyBytes(id);
  }
  return replyError('ERR', `all ids of length ${length} are taken; ask for a longer one`);
};
