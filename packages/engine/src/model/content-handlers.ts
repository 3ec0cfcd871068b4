// SETVAL GETVAL DELVAL GETALL INC ADD MULDIV DATAGET DATASET GETOBJECT, as the model does them.
import { globalsId } from '@msession/protocol';
import { EngineError } from '../engine.js';
import {
  checkVariableCount,
  given,
  type HandlerContext,
  type Handlers,
  namesOf,
  pairsOf,
  replyBytes,
  replyInteger,
  replyOk,
  replyPairs,
  timeoutFrom,
} from './model-handler.js';
import { add, multiplyDivide, printNumber, readNumber } from './model-numbers.js';
import type { ModelSession } from './model-session.js';
import type { ModelState } from './model-state.js';

/** One write of DATASET or SUNLOCK: all of it or nothing. */
export interface ContentWrite {
  readonly data: Buffer | null;
  readonly className: Buffer | null;
  readonly set: readonly (readonly [string, Buffer])[];
  readonly unset: readonly string[];
  readonly timeoutSeconds: number | undefined;
}

export function checkWrite(state: ModelState, id: string, write: ContentWrite): void {
  if (id === globalsId && write.timeoutSeconds !== undefined) {
    throw new EngineError('ERR', "TIMEOUT does not work on the built-in session 'globals'");
  }
  const names = write.set.map(([name]) => name);
  checkVariableCount(state, state.find(id), names, write.unset);
}

/** Writes to the session, made first when there is none; the caller has checked. */
export function applyWrite(state: ModelState, id: string, write: ContentWrite): void {
  const fill = (session: ModelSession) => {
    if (write.data !== null) {
      session.data = write.data;
      session.revision = state.nextKey();
    }
    if (write.className !== null) session.className = write.className;
    for (const name of write.unset) session.variables.delete(name);
    for (const [name, value] of write.set) session.variables.set(name, value);
    session.timeoutSeconds = timeoutFrom(state, write.timeoutSeconds) ?? session.timeoutSeconds;
  };
  const session = state.find(id);
  if (session === undefined) state.create(id, fill);
  else {
    fill(session);
    state.access(id);
  }
}

export function checkRevision(state: ModelState, id: string, ifRev: number | undefined): void {
  if (ifRev !== undefined && ifRev !== (state.find(id)?.revision ?? 0)) {
    throw new EngineError('STALE', 'the data has another revision; nothing was written');
  }
}

/** A session to write variables to; a reserved id has none yet, but a write makes it. */
function writableId(state: ModelState, id: string): void {
  if (state.find(id) !== undefined) return;
  if (!state.isLocked(id)) state.need(id);
  const fault = state.creationFault(id);
  if (fault !== null) throw fault;
}

function checkKey(state: ModelState, id: string, key: number | undefined): void {
  if (key !== undefined && !state.keyWorks(id, key)) {
    throw new EngineError('NOWLOCK', 'the key does not hold the lock; nothing was written');
  }
}

const variablesOnly = { data: null, className: null, unset: [], timeoutSeconds: undefined };

function compute(
  { state, request }: HandlerContext,
  args: { readonly id: number; readonly name: number },
  next: (value: bigint | number) => bigint | number,
) {
  const id = request.latin1(args.id);
  const name = request.latin1(args.name);
  writableId(state, id);
  const current = state.find(id)?.variables.get(name);
  const result = printNumber(next(current === undefined ? 0n : readNumber(current)));
  checkVariableCount(state, state.find(id), [name]);
  applyWrite(state, id, { ...variablesOnly, set: [[name, result]] });
  return replyBytes(result);
}

export const contentHandlers: Handlers<
  'SETVAL' | 'GETVAL' | 'DELVAL' | 'GETALL' | 'INC' | 'ADD' | 'MULDIV' | 'DATAGET' | 'DATASET' | 'GETOBJECT'
> = {
  SETVAL(args, { state, request }) {
    const id = request.latin1(args.id);
    const set = pairsOf(request, args.variables);
    writableId(state, id);
    checkKey(state, id, args.key);
    checkVariableCount(
      state,
      state.find(id),
      set.map(([name]) => name),
    );
    applyWrite(state, id, { ...variablesOnly, set });
    return replyOk;
  },

  GETVAL(args, { state, request }) {
    const session = state.need(request.latin1(args.id));
    state.access(session.id);
    return replyBytes(session.variables.get(request.latin1(args.name)) ?? given(request, args.default));
  },

  DELVAL(args, { state, request }) {
    const session = state.need(request.latin1(args.id));
    checkKey(state, session.id, args.key);
    const run = args.key === undefined ? args.names : args.unset;
    const names = run === undefined ? [] : namesOf(request, run);
    state.access(session.id);
    return replyInteger(names.filter((name) => session.variables.delete(name)).length);
  },

  GETALL(args, { state, request }) {
    const session = state.need(request.latin1(args.id));
    state.access(session.id);
    return replyPairs([...session.variables]);
  },

  INC(args, context) {
    return compute(context, args, (value) => add(value, 1n));
  },

  ADD(args, context) {
    return compute(context, args, (value) => add(value, readNumber(context.request.bytes(args.amount))));
  },

  MULDIV(args, context) {
    const { request } = context;
    return compute(context, args, (value) =>
      multiplyDivide(value, readNumber(request.bytes(args.multiplier)), readNumber(request.bytes(args.divisor))),
    );
  },

  DATAGET(args, { state, request }) {
    const session = state.find(request.latin1(args.id));
    if (session !== undefined && !args.isPeek) state.access(session.id);
    const data = session?.data ?? null;
    const revision = session?.revision ?? 0;
    if (!args.withRevision) return replyBytes(data);
    return (sink) => {
      sink.array(2);
      replyBytes(data)(sink);
      sink.integer(revision);
    };
  },

  DATASET(args, { state, request }) {
    const id = request.latin1(args.id);
    const write: ContentWrite = {
      data: request.bytes(args.data),
      className: given(request, args.className),
      set: pairsOf(request, args.variables),
      unset: namesOf(request, args.unset),
      timeoutSeconds: args.timeoutSeconds,
    };
    const exists = state.find(id) !== undefined;
    if ((args.condition === 'XX' && !exists) || (args.condition === 'NX' && exists)) return replyBytes(null);
    checkKey(state, id, args.key);
    checkRevision(state, id, args.ifRev);
    const fault = exists ? null : state.creationFault(id);
    if (fault !== null) throw fault;
    checkWrite(state, id, write);
    applyWrite(state, id, write);
    return replyOk;
  },

  GETOBJECT(args, { state, request }) {
    const session = state.need(request.latin1(args.id));
    state.access(session.id);
    const { className, data, revision, variables } = session;
    return (sink) => {
      sink.map(4);
      sink.bulkText('class');
      replyBytes(className)(sink);
      sink.bulkText('data');
      replyBytes(data)(sink);
      sink.bulkText('rev');
      sink.integer(revision);
      sink.bulkText('vars');
      replyPairs([...variables])(sink);
    };
  },
};
