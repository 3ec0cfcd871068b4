import type { ScriptReply } from '../connection/script-runner.js';
import type { Handler } from '../engine-parts.js';
import { standingPart } from '../scripts/parts/standing.js';
import { composeScript } from '../scripts/script.js';
import { putBytes, refused } from './replies.js';

const script = composeScript('sublist', {
  scope: 'family',
  parts: [standingPart],
  body: `
    if not is_live(sub) then return -1 end
    local live = {}
    if sub ~= '' then return live end
    local order = {}
    for _, each in ipairs(split(redis.call('HGET', F, 'u'))) do
      if not is_overdue(each) then
        live[#live + 1] = each
        order[each] = redis.call('HGET', F, 's' .. each)
      end
    end
    table.sort(live, function(a, b) return order[a] < order[b] end)
    return live`,
});

export const sublist: Handler<'SUBLIST'> = async (engine, request, args) => {
  const reply = await engine.scripts.send(engine.scripts.begin(script, request, args.id, 0));
  const refusal = refused(engine, reply);
  if (refusal !== undefined) return refusal;
  const subs = reply as readonly ScriptReply[];
  return (sink) => {
    sink.array(subs.length);
    for (const sub of subs) putBytes(sink, sub);
  };
};
