import { randomBytes } from 'node:crypto';
import type { Handler } from '../engine-parts.js';
import { placeOf } from '../layout/place.js';
import { contentPart } from '../scripts/parts/content.js';
import { endingPart } from '../scripts/parts/ending.js';
import { growingPart } from '../scripts/parts/growing.js';
import { composeScript } from '../scripts/script.js';
import { timeoutWord } from './content-words.js';
import { refused, replyBytes, replyError } from './replies.js';

/** ARGV: 8 sub to be made, 9 sub to clone or empty, 10 timeout or empty. */
const script = composeScript('subnew', {
  scope: 'bucket',
  parts: [growingPart, endingPart, contentPart],
  body: `
    local made, source = ARGV[8], ARGV[9]
    bury('')
    if not stands('') then return answer(-1) end
    if source ~= '' and not is_live(source) then return answer(-13) end
    if #base + 1 + #made > 255 then return answer(-14) end
    if stands(made) or is_held(made) then return answer(-15) end
    local refusal = room_for(made)
    if refusal then return answer(refusal) end
    create(made, ARGV[10])
    if source ~= '' and stands(source) then
      touch(source)
      local c = redis.call('HMGET', F, 'c' .. source, 'x' .. source)
      if c[1] then redis.call('HSET', F, 'c' .. made, c[1]) end
      if c[2] then redis.call('HSET', F, 'x' .. made, c[2], 'r' .. made, digits(next_key())) end
      local flat = variables_of(source)
      for i = 1, #flat do ARGV[10 + i] = flat[i] end
      set_variables(made, 11, #flat / 2)
    end
    announce(made)
    return answer(1)`,
});

const randomBytesOfId = 20;

export const subnew: Handler<'SUBNEW'> = async (engine, request, args) => {
  const place = placeOf(request.bytes(args.id));
  if (place.sub.length > 0) return replyError('ERR', 'a sub-session has no sub-sessions of its own');
  const source = args.cloneOf === 0 ? Buffer.alloc(0) : request.bytes(args.cloneOf);
  const timeout = timeoutWord(args.timeoutSeconds);
  for (;;) {
    const sub = Buffer.from(randomBytes(randomBytesOfId).toString('hex'), 'latin1');
    const reply = await engine.scripts.send(
      engine.scripts.beginAt(script, place, 3).bytes(sub).bytes(source).text(timeout),
    );
    if (reply === -15) continue;
    if (reply === 1) engine.figures.created++;
    return refused(engine, reply) ?? replyBytes(sub);
  }
};
