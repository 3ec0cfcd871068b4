import type { ScriptReply } from '../connection/script-runner.js';
import type { Handler } from '../engine-parts.js';
import { fastRead } from '../scripts/fast-read.js';
import { clockPart } from '../scripts/parts/clock.js';
import { familyPart } from '../scripts/parts/family.js';
import { standingPart } from '../scripts/parts/standing.js';
import { composeScript } from '../scripts/script.js';
import { putBytes } from './replies.js';

/** ARGV: 3 `r` with the revision, `p` to leave the life as it is, `rp` both; usually empty. */
const script = composeScript('dataget', {
  scope: 'family',
  before: [clockPart, familyPart],
  fast: fastRead(`and ARGV[3] == ''`, `'x'`),
  parts: [standingPart],
  body: `
    if not is_live(sub) then return -1 end
    if ARGV[3] == '' or ARGV[3] == 'r' then touch(sub) end
    if ARGV[3] == '' or ARGV[3] == 'p' then return data_of(sub) end
    return redis.call('HMGET', F, 'x' .. sub, 'r' .. sub)`,
});

export const dataget: Handler<'DATAGET'> = async (engine, request, args) => {
  const { withRevision, isPeek } = args;
  const call = engine.scripts.begin(script, request, args.id, 1).text(`${withRevision ? 'r' : ''}${isPeek ? 'p' : ''}`);
  const reply = await engine.scripts.send(call);
  if (!withRevision) return (sink) => putBytes(sink, reply);
  const [data, revision] = reply === -1 ? [null, null] : (reply as readonly ScriptReply[]);
  return (sink) => {
    sink.array(2);
    putBytes(sink, data ?? null);
    sink.integer(Number(revision ?? 0));
  };
};
