import { globalsId } from '@msession/protocol';
import type { Handler } from '../engine-parts.js';
import { endingPart } from '../scripts/parts/ending.js';
import { composeScript } from '../scripts/script.js';
import { refused, replyError, replyInteger } from './replies.js';

/** ARGV: 8 key or empty. */
const script = composeScript('drop', {
  scope: 'bucket',
  parts: [endingPart],
  body: `
    bury(sub)
    if not stands(sub) then return answer(-1) end
    if ARGV[8] ~= '' and not lock_holds(sub, ARGV[8]) then return answer(-3) end
    if sub == '' then bury_subs() end
    destroy(sub, 'destroyed')
    return answer(1)`,
});

export const drop: Handler<'DROP'> = async (engine, request, args) => {
  if (request.latin1(args.id) === globalsId)
    return replyError('ERR', "DROP does not work on the built-in session 'globals'");
  const { key } = args;
  const call = engine.scripts.begin(script, request, args.id, 1).text(key === undefined ? '' : String(key));
  const reply = await engine.scripts.send(call);
  return refused(engine, reply) ?? replyInteger(1);
};
