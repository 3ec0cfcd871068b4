import type { Handler } from '../../engine-parts.js';
import { refusalIn, sessionRefusals } from '../../refusals.js';
import { extendScript } from '../../scripts/locks/lock-scripts.js';
import type { LockParts } from '../script-lock-service.js';

export function sextendHandler(parts: () => LockParts): Handler<'SEXTEND'> {
  return async (engine, request, args) => {
    const { calls, desk } = parts();
    const { key, leaseMs } = args;
    const call = engine.scripts
      .begin(extendScript, request, args.id, 4)
      .text(calls.frontEnd)
      .text(calls.letters())
      .integer(key)
      .integer(leaseMs);
    const reply = await engine.scripts.send(call);
    const refusal = refusalIn(reply, engine.limits, sessionRefusals);
    if (refusal !== undefined) return (sink) => sink.error(refusal.code, refusal.message);
    desk.extended(key, leaseMs, reply === 2);
    return (sink) => sink.integer(1);
  };
}
