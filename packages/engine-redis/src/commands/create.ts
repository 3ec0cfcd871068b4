import type { Handler } from '../engine-parts.js';
import { contentPart } from '../scripts/parts/content.js';
import { endingPart } from '../scripts/parts/ending.js';
import { growingPart } from '../scripts/parts/growing.js';
import { composeScript } from '../scripts/script.js';
import { contentWords } from './content-words.js';
import { refused, replyOk } from './replies.js';

/** ARGV: 8 `1` where a reserved id is taken, too; 9 content. CREATE, UNIQ and the second half of COPY. */
export const createScript = composeScript('create', {
  scope: 'bucket',
  parts: [growingPart, endingPart, contentPart],
  body: `
    bury(sub)
    if stands(sub) then return answer(-2) end
    lock_settle(sub)
    if ARGV[8] == '1' and is_held(sub) then return answer(-2) end
    local refusal = room_for(sub)
    if refusal then return answer(refusal) end
    local content = read_content(9)
    create(sub, content.timeout)
    write_content(sub, content)
    announce(sub)
    return answer(1)`,
});

export const create: Handler<'CREATE'> = async (engine, request, args) => {
  const content = contentWords(args);
  const call = engine.scripts.begin(createScript, request, args.id, 1 + content.count).text('');
  content.write(call, request);
  const reply = await engine.scripts.send(call);
  if (reply === 1) engine.figures.created++;
  return refused(engine, reply) ?? replyOk;
};
