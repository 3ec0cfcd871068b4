import type { ScriptReply } from '../connection/script-runner.js';
import type { Handler } from '../engine-parts.js';
import { standingPart } from '../scripts/parts/standing.js';
import { composeScript } from '../scripts/script.js';
import { replyInteger, replyNoSession } from './replies.js';

/** ARGV: 3 `1` to renew. Answers milliseconds now, or all that is known of a session that lives. */
const script = composeScript('ctl', {
  scope: 'family',
  parts: [standingPart],
  body: `
    if not is_live(sub) then return {now} end
    if ARGV[3] == '1' then touch(sub) end
    local f = redis.call('HMGET', F, 's' .. sub, 'a' .. sub, 'r' .. sub)
    local deadline = math.min(deadline_of(sub), deadline_of(''))
    local ttl = -1
    if deadline < math.huge then ttl = math.max(0, math.ceil((deadline - now) / 1000)) end
    local lock = is_held(sub) and family_locks()[sub].until_ms - now or 0
    return {now, f[1], f[2], f[3] or '0', ttl, math.ceil(lock)}`,
});

export const ctl: Handler<'CTL'> = async (engine, request, args) => {
  const { what } = args;
  const call = engine.scripts.begin(script, request, args.id, 1).text(what === 'TOUCH' ? '1' : '');
  const [now, sequence, accessed, revision, ttl, lock] = (
    (await engine.scripts.send(call)) as readonly ScriptReply[]
  ).map(Number) as [number, number, number, number, number, number];
  if (what === 'NOW') return replyInteger(Math.floor(now / 1000));
  if (what === 'EXIST') return replyInteger(sequence === undefined ? 0 : 1);
  if (sequence === undefined) return replyNoSession;
  const createdMs = Math.floor(sequence / 1000);
  const facts = {
    TTL: ttl,
    AGE: Math.max(0, Math.floor((now - createdMs) / 1000)),
    TLA: Math.max(0, Math.floor((now - accessed) / 1000)),
    CTIME: Math.floor(createdMs / 1000),
    TOUCH: 1,
    REV: revision,
    LOCK: lock,
  };
  return replyInteger(facts[what]);
};
