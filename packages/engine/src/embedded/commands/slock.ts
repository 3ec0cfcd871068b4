import type { DeferredReply } from '@msession/protocol';
import type { LockRequest } from '../lock.js';
import { type LockOutcome, lockPush, lockReply, noSession } from '../lock-outcome.js';
import type { Handler } from './handler.js';

const defaultLeaseMs = 30_000;
const maxNoteBytes = 1024;

export const slock: Handler<'SLOCK'> = (engine, request, args, sink, caller) => {
  const { sessions, locks } = engine;
  if (args.async && !caller.canReceivePush()) {
    sink.error('ERR', 'ASYNC needs RESP3 (HELLO 3): the grant comes as a push message');
    return;
  }
  if (args.note !== 0 && request.length(args.note) > maxNoteBytes) {
    sink.error('BADLEN', `note has ${request.length(args.note)} bytes; ${maxNoteBytes} is the most`);
    return;
  }
  const start = request.start(args.id);
  const end = request.end(args.id);
  const idText = request.latin1(args.id);
  const address = sessions.find(request.buffer, start, end);
  const canBeLocked = address !== 0 || (args.create && sessions.parentOf(request.buffer, start, end) !== 0);
  const asked: LockRequest = {
    caller,
    leaseMs: args.leaseMs ?? defaultLeaseMs,
    waitMs: args.waitMs,
    maxWaiters: args.maxWaiters,
    create: args.create,
    bind: args.bind,
    withData: args.withData,
    note: args.note === 0 ? '' : request.text(args.note),
  };
  if (args.async) {
    const ticket = locks.nextTicket();
    const push = (outcome: LockOutcome) => caller.push(lockPush(outcome, ticket, idText));
    // the ticket must leave before its push
    sink.integer(ticket);
    const outcome = canBeLocked ? locks.request(idText, address, asked, ticket, push) : noSession;
    if (outcome !== undefined) push(outcome);
    return;
  }
  let answer: ((reply: DeferredReply) => void) | undefined;
  const outcome = canBeLocked
    ? locks.request(idText, address, asked, 0, (later) => answer?.(lockReply(later, asked.withData)))
    : noSession;
  if (outcome !== undefined) {
    lockReply(outcome, asked.withData)(sink);
    return;
  }
  return new Promise((resolve) => {
    answer = resolve;
  });
};
