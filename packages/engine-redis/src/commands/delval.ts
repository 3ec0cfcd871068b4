import type { Handler } from '../engine-parts.js';
import { endingPart } from '../scripts/parts/ending.js';
import { composeScript } from '../scripts/script.js';
import { refused, replyInteger } from './replies.js';

/** ARGV: 8 key or empty, 9 how many names, then the names. */
const script = composeScript('delval', {
  scope: 'bucket',
  parts: [endingPart],
  body: `
    bury(sub)
    if not stands(sub) then return answer(-1) end
    if ARGV[8] ~= '' and not lock_holds(sub, ARGV[8]) then return answer(-3) end
    touch(sub)
    return answer(remove_variables(sub, 10, tonumber(ARGV[9])))`,
});

export const delval: Handler<'DELVAL'> = async (engine, request, args) => {
  const { key } = args;
  const names = key === undefined ? args.names : (args.unset ?? args.names);
  const call = engine.scripts
    .begin(script, request, args.id, 2 + names.count)
    .text(key === undefined ? '' : String(key))
    .integer(names.count);
  for (let i = 0; i < names.count; i++) call.argument(request, names.first + i);
  const reply = await engine.scripts.send(call);
  return refused(engine, reply) ?? replyInteger(Number(reply));
};
