import { createHash } from 'node:crypto';
import type { Request } from '@msession/protocol';
import type { Handler } from '../../engine-parts.js';
import { refusalIn, sessionRefusals } from '../../refusals.js';
import { unlockScript } from '../../scripts/locks/lock-scripts.js';
import type { LockParts } from '../script-lock-service.js';
import { contentCount, writeContent } from './unlock-content.js';

export function sunlockHandler(parts: () => LockParts): Handler<'SUNLOCK'> {
  return async (engine, request, args) => {
    const { calls, desk } = parts();
    const { key } = args;
    const call = engine.scripts
      .begin(unlockScript, request, args.id, 4 + contentCount(args))
      .text(calls.frontEnd)
      .text(calls.letters())
      .integer(key)
      .text(`${key} ${dataHash(request, args.data)}`);
    writeContent(call, request, args);
    const reply = await engine.scripts.send(call);
    const refusal = refusalIn(reply, engine.limits, sessionRefusals);
    if (refusal !== undefined) return (sink) => sink.error(refusal.code, refusal.message);
    desk.freed(key);
    return (sink) => sink.integer(1);
  };
}

/** Tells a repeated SUNLOCK from another with the same key; empty without data. */
function dataHash(request: Request, index: number): string {
  return index === 0 ? '' : createHash('sha1').update(request.view(index)).digest('hex').slice(0, 16);
}
