import { hash } from 'node:crypto';
import type { Request } from '@msession/protocol';
import { contentWords } from '../../commands/content-words.js';
import { refused, replyInteger } from '../../commands/replies.js';
import type { Handler } from '../../engine-parts.js';
import { unlockScript } from '../../scripts/locks/lock-scripts.js';
import type { LockParts } from '../script-lock-service.js';

export function sunlockHandler(parts: () => LockParts): Handler<'SUNLOCK'> {
  return async (engine, request, args) => {
    const { calls, bound, desk } = parts();
    const { key } = args;
    const content = contentWords(args);
    const call = engine.scripts
      .begin(unlockScript, request, args.id, 4 + content.count)
      .text(calls.frontEnd)
      .text('')
      .integer(key)
      .text(`${key} ${dataHash(request, args.data)}`);
    content.write(call, request);
    const { scripts } = engine;
    const isAwaited = desk.isAwaited(request.latin1(args.id));
    const reply = await (isAwaited ? scripts.sendAhead(call) : scripts.send(call));
    const refusal = refused(engine, reply);
    if (refusal !== undefined) return refusal;
    if (reply === 2) engine.figures.created++;
    bound.freed(key);
    return replyInteger(1);
  };
}

/** Tells a repeated SUNLOCK from another with the same key; empty without data. */
function dataHash(request: Request, index: number): string {
  return index === 0 ? '' : hash('sha1', request.view(index), 'hex').slice(0, 16);
}
