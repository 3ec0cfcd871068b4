import { replyInteger } from '../../commands/replies.js';
import type { Handler } from '../../engine-parts.js';
import type { LockParts } from '../script-lock-service.js';

export function scancelHandler(parts: () => LockParts): Handler<'SCANCEL'> {
  return async (_engine, _request, args, caller) => {
    const isWithdrawn = args.ticket > 0 && (await parts().desk.cancel(caller.id, args.ticket));
    return replyInteger(isWithdrawn ? 1 : 0);
  };
}
