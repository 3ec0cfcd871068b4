import type { ScriptReply } from '../connection/script-runner.js';
import type { Handler } from '../engine-parts.js';
import { standingPart } from '../scripts/parts/standing.js';
import { variableReadingPart } from '../scripts/parts/variable-reading.js';
import { composeScript } from '../scripts/script.js';
import { putBytes, putMap, refused } from './replies.js';

const script = composeScript('getobject', {
  scope: 'family',
  parts: [standingPart, variableReadingPart],
  body: `
    if not is_live(sub) then return -1 end
    touch(sub)
    local o = redis.call('HMGET', F, 'c' .. sub, 'x' .. sub, 'r' .. sub)
    return {o[1] or '', o[2], o[3] or '0', variables_of(sub)}`,
});

export const getobject: Handler<'GETOBJECT'> = async (engine, request, args) => {
  const reply = await engine.scripts.send(engine.scripts.begin(script, request, args.id, 0));
  const refusal = refused(engine, reply);
  if (refusal !== undefined) return refusal;
  const [className, data, revision, variables] = reply as readonly ScriptReply[];
  return (sink) => {
    sink.map(4);
    sink.bulkText('class');
    putBytes(sink, className ?? null);
    sink.bulkText('data');
    putBytes(sink, data ?? null);
    sink.bulkText('rev');
    sink.integer(Number(revision));
    sink.bulkText('vars');
    putMap(sink, variables as readonly ScriptReply[]);
  };
};
