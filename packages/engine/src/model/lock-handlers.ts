// SLOCK SCANCEL SUNLOCK SEXTEND LOCKS, as the model does them.
import { createHmac, randomBytes } from 'node:crypto';
import type { DeferredReply, ReplySink } from '@msession/protocol';
import { EngineError } from '../engine.js';
import { applyWrite, type ContentWrite, checkRevision, checkWrite } from './content-handlers.js';
import { given, type HandlerContext, type Handlers, namesOf, pairsOf, replyInteger } from './model-handler.js';
import { type LockOutcome, type LockRequest, lockPush, lockReply } from './model-lock.js';
import { parentOf } from './model-session.js';
import type { ModelState } from './model-state.js';

const defaultLeaseMs = 30_000;

const hashKey = randomBytes(16);

/** What can be said of the lock at once; null when the request has to wait. */
function tryLock(
  state: ModelState,
  id: string,
  request: LockRequest,
  waitMs: number,
  isAsync: boolean,
  maxWaiters: number | undefined,
): LockOutcome | null {
  const parent = parentOf(id);
  const canReserve = request.create && (parent === null || state.find(parent) !== undefined);
  if (state.find(id) === undefined && !canReserve) return { code: 'NOSESSION' };
  if (!state.isLocked(id)) return state.grant(id, request);
  const lock = state.lockOf(id);
  if (waitMs === 0 || (!isAsync && lock.holding?.caller === request.caller)) return { code: 'LOCKED' };
  const most = Math.min(state.limits.maxWaitersPerLock, maxWaiters ?? Number.POSITIVE_INFINITY);
  return lock.waiters.length >= most ? { code: 'BUSY' } : null;
}

function startWait(
  { state }: HandlerContext,
  id: string,
  request: LockRequest,
  waitMs: number,
  ticket: number,
  answer: (outcome: LockOutcome) => void,
): void {
  state.lockOf(id).waiters.push({
    request,
    sinceWallMs: state.clock.wallMs(),
    endsAtMs: state.now() + waitMs,
    ticket,
    answer,
  });
}

function sameData(left: Buffer | null, right: Buffer | null): boolean {
  return left === null || right === null ? left === right : left.equals(right);
}

/** NOSESSION or NOWLOCK, for a key that does not hold the lock. */
function wrongKey(state: ModelState, id: string): EngineError {
  if (state.find(id) === undefined) return new EngineError('NOSESSION', 'there is no session of that id');
  return new EngineError('NOWLOCK', 'the key does not hold the lock; nothing was written');
}

function writeRecord(sink: ReplySink, fields: readonly (readonly [string, DeferredReply])[]): void {
  sink.map(fields.length);
  for (const [name, write] of fields) {
    sink.bulkText(name);
    write(sink);
  }
}

function whole(value: number): DeferredReply {
  return replyInteger(Math.floor(value));
}

/** A note may hold a URL, whose query may hold what is nobody's business. */
function shownNote(note: string): DeferredReply {
  const shown = note.replace(/\?\S*/g, '');
  return (sink) => sink.bulkText(shown);
}

function shownId(state: ModelState, id: string): DeferredReply {
  const bytes = Buffer.from(id, 'latin1');
  if (state.limits.showIds) return (sink) => sink.bulk(bytes, 0, bytes.length);
  return (sink) => sink.bulkText(`#${createHmac('sha256', hashKey).update(bytes).digest('hex').slice(0, 16)}`);
}

export const lockHandlers: Handlers<'SLOCK' | 'SCANCEL' | 'SUNLOCK' | 'SEXTEND' | 'LOCKS'> = {
  SLOCK(args, context) {
    const { state, caller } = context;
    const id = context.request.latin1(args.id);
    const waitMs = args.waitMs ?? 0;
    const request: LockRequest = {
      caller,
      leaseMs: args.leaseMs ?? defaultLeaseMs,
      create: args.create,
      withData: args.withData,
      bind: args.bind,
      note: args.note === 0 ? '' : context.request.text(args.note),
    };
    if (args.async && !caller.canReceivePush()) {
      throw new EngineError('ERR', 'ASYNC needs RESP3 (HELLO 3): the grant comes as a push message');
    }
    const outcome = tryLock(state, id, request, waitMs, args.async, args.maxWaiters);
    if (!args.async) {
      if (outcome !== null) return lockReply(outcome, request.withData);
      return new Promise((resolve) => {
        startWait(context, id, request, waitMs, 0, (later) => resolve(lockReply(later, request.withData)));
      });
    }
    const ticket = state.nextTicket();
    const push = (result: LockOutcome) => caller.push(lockPush(result, ticket, id));
    if (outcome !== null) context.afterReply(() => push(outcome));
    else startWait(context, id, request, waitMs, ticket, push);
    return replyInteger(ticket);
  },

  SCANCEL(args, { state, caller }) {
    for (const lock of state.locks.values()) {
      const at = lock.waiters.findIndex((waiter) => waiter.ticket === args.ticket && waiter.request.caller === caller);
      if (args.ticket <= 0 || at < 0) continue;
      lock.waiters.splice(at, 1);
      return replyInteger(1);
    }
    return replyInteger(0);
  },

  SUNLOCK(args, { state, request }) {
    const id = request.latin1(args.id);
    const write: ContentWrite = {
      data: given(request, args.data),
      className: given(request, args.className),
      set: pairsOf(request, args.variables),
      unset: namesOf(request, args.unset),
      timeoutSeconds: args.timeoutSeconds,
    };
    if (!state.keyWorks(id, args.key)) {
      const released = state.locks.get(id)?.released ?? null;
      const isRepeated = released?.key === args.key && sameData(released.data, write.data);
      if (state.find(id) === undefined || !isRepeated) throw wrongKey(state, id);
      state.access(id);
      return replyInteger(1);
    }
    checkRevision(state, id, args.ifRev);
    checkWrite(state, id, write);
    const hasContent = write.data !== null || write.className !== null || write.set.length > 0;
    if (state.find(id) !== undefined) applyWrite(state, id, write);
    else if (hasContent) {
      const fault = state.creationFault(id);
      if (fault !== null) throw fault;
      applyWrite(state, id, write);
    }
    state.unlock(id, write.data);
    return replyInteger(1);
  },

  SEXTEND(args, { state, request }) {
    const id = request.latin1(args.id);
    const holding = state.locks.get(id)?.holding ?? null;
    if (holding === null || holding.key !== args.key) throw wrongKey(state, id);
    holding.leaseEndsAtMs = state.now() + args.leaseMs;
    if (holding.hasLapsed) {
      holding.hasLapsed = false;
      state.emit('locked', id, state.find(id)?.data ?? null);
    }
    state.access(id);
    return replyInteger(1);
  },

  LOCKS(args, { state, request }) {
    const only = args.id === 0 ? null : request.latin1(args.id);
    const held = [...state.locks].filter(([id]) => state.isLocked(id) && (only === null || id === only));
    const wallAt = (atMs: number) => state.clock.wallMs() + atMs - state.now();
    const shown = held.map(([id, { holding, waiters }]) => {
      if (holding === null) return [];
      const waiting = waiters.map((waiter): [string, DeferredReply][] => [
        ['connection', whole(waiter.request.caller.id)],
        ['note', shownNote(waiter.request.note)],
        ['sinceMs', whole(waiter.sinceWallMs)],
        ['untilMs', whole(wallAt(waiter.endsAtMs))],
      ]);
      return [
        ['id', shownId(state, id)],
        ['key', whole(holding.key)],
        ['connection', whole(holding.caller.id)],
        ['bound', whole(holding.isBound ? 1 : 0)],
        ['note', shownNote(holding.note)],
        ['sinceMs', whole(holding.sinceWallMs)],
        ['untilMs', whole(wallAt(holding.leaseEndsAtMs))],
        [
          'waiters',
          (sink) => {
            sink.array(waiting.length);
            for (const waiter of waiting) writeRecord(sink, waiter);
          },
        ],
      ] satisfies [string, DeferredReply][];
    });
    return (sink) => {
      sink.array(shown.length);
      for (const fields of shown) writeRecord(sink, fields);
    };
  },
};
