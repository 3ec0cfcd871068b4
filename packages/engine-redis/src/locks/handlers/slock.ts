import { type Caller, EngineError } from '@msession/engine';
import { type LockOutcome, lockPush, lockReply } from '@msession/engine/shared';
import type { BoundArguments, Commands, DeferredReply, Request } from '@msession/protocol';
import { replyInteger } from '../../commands/replies.js';
import type { Handler } from '../../engine-parts.js';
import type { LockRequest } from '../lock-request.js';
import type { LockParts } from '../script-lock-service.js';

type SlockArguments = BoundArguments<Commands['SLOCK']>;

interface Begun {
  readonly idText: string;
  readonly asked: LockRequest;
}

const defaultLeaseMs = 30_000;
const maxNoteBytes = 1024;

export function slockHandler(parts: () => LockParts, nextTicket: () => number): Handler<'SLOCK'> {
  const begun = (request: Request, args: SlockArguments, caller: Caller): Begun => {
    if (args.async && !caller.canReceivePush())
      throw new EngineError('ERR', 'ASYNC needs RESP3 (HELLO 3): the grant comes as a push message');
    if (args.note !== 0 && request.length(args.note) > maxNoteBytes)
      throw new EngineError('BADLEN', `note has ${request.length(args.note)} bytes; ${maxNoteBytes} is the most`);
    const idText = request.latin1(args.id);
    const asked: LockRequest = {
      caller,
      leaseMs: args.leaseMs ?? defaultLeaseMs,
      waitMs: args.waitMs ?? 0,
      maxWaiters: args.maxWaiters,
      create: args.create,
      bind: args.bind,
      withData: args.withData,
      note: args.note === 0 ? '' : request.text(args.note),
      ticket: args.async ? nextTicket() : 0,
    };
    return { idText, asked };
  };
  const later = async (request: Request, args: SlockArguments, caller: Caller): Promise<DeferredReply> => {
    const { idText, asked } = begun(request, args, caller);
    const { ticket } = asked;
    let early: LockOutcome | undefined;
    let isTold = false;
    const push = (outcome: LockOutcome): void => caller.push(lockPush(outcome, ticket, idText));
    await parts().desk.ask(idText, asked, (outcome) => {
      if (isTold) push(outcome);
      else early = outcome;
    });
    // the ticket must leave before its push; the promise of the ticket is settled by then
    setImmediate(() => {
      isTold = true;
      if (early !== undefined) push(early);
    });
    return replyInteger(ticket);
  };
  return (_engine, request, args, caller) => {
    if (args.async) return later(request, args, caller);
    // one promise from the grant to the reply: whoever has the lock now is answered before whoever released it
    return new Promise((resolve) => {
      const { idText, asked } = begun(request, args, caller);
      void parts().desk.ask(idText, asked, (outcome) => resolve(lockReply(outcome, asked.withData)));
    });
  };
}
