import type { ScriptReply } from '../connection/script-runner.js';
import type { Handler } from '../engine-parts.js';
import { standingPart } from '../scripts/parts/standing.js';
import { variableReadingPart } from '../scripts/parts/variable-reading.js';
import { composeScript } from '../scripts/script.js';
import { putMap, refused } from './replies.js';

const script = composeScript('getall', {
  scope: 'family',
  parts: [standingPart, variableReadingPart],
  body: `
    if not is_live(sub) then return -1 end
    touch(sub)
    return variables_of(sub)`,
});

export const getall: Handler<'GETALL'> = async (engine, request, args) => {
  const reply = await engine.scripts.send(engine.scripts.begin(script, request, args.id, 0));
  return refused(engine, reply) ?? ((sink) => putMap(sink, reply as readonly ScriptReply[]));
};
