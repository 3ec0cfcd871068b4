import { EngineError } from '@msession/engine';
import { type LockOutcome, lockPush, lockReply } from '@msession/engine/shared';
import { replyInteger } from '../../commands/replies.js';
import type { Handler } from '../../engine-parts.js';
import type { LockRequest } from '../lock-request.js';
import type { LockParts } from '../script-lock-service.js';

const defaultLeaseMs = 30_000;
const maxNoteBytes = 1024;

export function slockHandler(parts: () => LockParts, nextTicket: () => number): Handler<'SLOCK'> {
  return async (_engine, request, args, caller) => {
    if (args.async && !caller.canReceivePush())
      throw new EngineError('ERR', 'ASYNC needs RESP3 (HELLO 3): the grant comes as a push message');
    if (args.note !== 0 && request.length(args.note) > maxNoteBytes)
      throw new EngineError('BADLEN', `note has ${request.length(args.note)} bytes; ${maxNoteBytes} is the most`);
    const { desk } = parts();
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
    if (!args.async) {
      return new Promise((resolve) => {
        void desk.ask(idText, asked, (outcome) => resolve(lockReply(outcome, asked.withData)));
      });
    }
    const { ticket } = asked;
    let early: LockOutcome | undefined;
    let isTold = false;
    const push = (outcome: LockOutcome): void => caller.push(lockPush(outcome, ticket, idText));
    await desk.ask(idText, asked, (outcome) => {
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
}
