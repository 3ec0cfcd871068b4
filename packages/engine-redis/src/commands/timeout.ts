import { globalsId } from '@msession/protocol';
import type { Handler } from '../engine-parts.js';
import { endingPart } from '../scripts/parts/ending.js';
import { standingPart } from '../scripts/parts/standing.js';
import { composeScript } from '../scripts/script.js';
import { timeoutWord } from './content-words.js';
import { refused, replyError, replyInteger } from './replies.js';

const readScript = composeScript('timeout', {
  scope: 'family',
  parts: [standingPart],
  body: `
    if not is_live(sub) then return -1 end
    return redis.call('HGET', F, 't' .. sub)`,
});

/** ARGV: 8 seconds. */
const writeScript = composeScript('set-timeout', {
  scope: 'bucket',
  parts: [endingPart],
  body: `
    bury(sub)
    if not stands(sub) then return answer(-1) end
    return answer(tonumber(set_timeout(sub, ARGV[8])))`,
});

export const timeout: Handler<'TIMEOUT'> = async (engine, request, args) => {
  if (request.latin1(args.id) === globalsId)
    return replyError('ERR', "TIMEOUT does not work on the built-in session 'globals'");
  if (args.timeoutSeconds === undefined) {
    const reply = await engine.scripts.send(engine.scripts.begin(readScript, request, args.id, 0));
    return refused(engine, reply) ?? replyInteger(Number(reply));
  }
  const seconds = timeoutWord(args.timeoutSeconds);
  const reply = await engine.scripts.send(engine.scripts.begin(writeScript, request, args.id, 1).text(seconds));
  return refused(engine, reply) ?? replyInteger(Number(reply));
};
