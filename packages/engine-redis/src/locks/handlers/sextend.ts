import { refused, replyInteger } from '../../commands/replies.js';
import type { Handler } from '../../engine-parts.js';
import { extendScript } from '../../scripts/locks/lock-scripts.js';
import type { LockParts } from '../script-lock-service.js';

export function sextendHandler(parts: () => LockParts): Handler<'SEXTEND'> {
  return async (engine, request, args) => {
    const { calls, bound, leases } = parts();
    const { key, leaseMs } = args;
    const idText = request.latin1(args.id);
    const call = engine.scripts
      .begin(extendScript, request, args.id, 4)
      .text(calls.frontEnd)
      .text('')
      .integer(key)
      .integer(leaseMs);
    const reply = await engine.scripts.send(call);
    const refusal = refused(engine, reply);
    if (refusal !== undefined) return refusal;
    leases.begin(idText, leaseMs);
    bound.extended(key, leaseMs, reply === 2);
    return replyInteger(1);
  };
}
