import type { Handler } from '../engine-parts.js';
import { contentPart } from '../scripts/parts/content.js';
import { endingPart } from '../scripts/parts/ending.js';
import { growingPart } from '../scripts/parts/growing.js';
import { composeScript } from '../scripts/script.js';
import { contentWords } from './content-words.js';
import { refused, replyNull, replyOk } from './replies.js';

/** ARGV: 8 XX, NX or empty, 9 key or empty, 10 content. */
const script = composeScript('dataset', {
  scope: 'bucket',
  parts: [growingPart, endingPart, contentPart],
  body: `
    bury(sub)
    local exists = stands(sub)
    if exists and ARGV[8] == 'NX' or not exists and ARGV[8] == 'XX' then return answer(-7) end
    if ARGV[9] ~= '' and not lock_holds(sub, ARGV[9]) then return answer(-3) end
    local content = read_content(10)
    if stale(sub, content) then return answer(-4) end
    if not exists then
      local refusal = room_for(sub)
      if refusal then return answer(refusal) end
    end
    local refusal = limits_refusal(sub, content)
    if refusal then return answer(refusal) end
    if not exists then create(sub, content.timeout)
    elseif content.timeout == '' then touch(sub)
    else set_timeout(sub, content.timeout) end
    write_content(sub, content)
    if not exists then announce(sub) end
    return answer(exists and 1 or 2)`,
});

export const dataset: Handler<'DATASET'> = async (engine, request, args) => {
  const { key, condition } = args;
  const content = contentWords(args);
  const call = engine.scripts
    .begin(script, request, args.id, 2 + content.count)
    .text(condition ?? '')
    .text(key === undefined ? '' : String(key));
  content.write(call, request);
  const reply = await engine.scripts.send(call);
  if (reply === -7) return replyNull;
  if (reply === 2) engine.figures.created++;
  return refused(engine, reply) ?? replyOk;
};
