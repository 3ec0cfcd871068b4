// What a handler of the model is: it checks, changes the state, and answers what to write. Refusals are thrown, always
// before the first change.
import type { BoundArguments, BoundRun, CommandName, Commands, DeferredReply, Request } from '@msession/protocol';
import { type Caller, EngineError } from '../engine.js';
import type { ModelSession } from './model-session.js';
import type { ModelState } from './model-state.js';

/** Names of the commands that an engine answers. */
export type EngineCommandName = {
  [Name in CommandName]: Commands[Name]['handledBy'] extends 'engine' ? Name : never;
}[CommandName];

export interface HandlerContext {
  readonly state: ModelState;
  readonly request: Request;
  readonly caller: Caller;
  /** Runs after the reply is written: a ticket must reach its caller before its push. */
  afterReply(action: () => void): void;
}

export type Handler<Name extends EngineCommandName> = (
  args: BoundArguments<Commands[Name]>,
  context: HandlerContext,
) => DeferredReply | Promise<DeferredReply>;

export type Handlers<Name extends EngineCommandName> = { readonly [Each in Name]: Handler<Each> };

export const replyOk: DeferredReply = (sink) => sink.ok();

export function replyInteger(value: number): DeferredReply {
  return (sink) => sink.integer(value);
}

export function replyBytes(value: Buffer | null): DeferredReply {
  return (sink) => {
    if (value === null) sink.null();
    else sink.bulk(value, 0, value.length);
  };
}

export function replyIds(ids: readonly string[]): DeferredReply {
  return (sink) => {
    sink.array(ids.length);
    for (const id of ids) replyBytes(Buffer.from(id, 'latin1'))(sink);
  };
}

export function replyPairs(pairs: readonly (readonly [string, Buffer])[]): DeferredReply {
  return (sink) => {
    sink.map(pairs.length);
    for (const [key, value] of pairs) {
      replyBytes(Buffer.from(key, 'latin1'))(sink);
      replyBytes(value)(sink);
    }
  };
}

/** The bytes of an argument, or null when it was not given. */
export function given(request: Request, index: number): Buffer | null {
  return index === 0 ? null : request.bytes(index);
}

export function pairsOf(request: Request, run: BoundRun): [string, Buffer][] {
  return Array.from({ length: run.count }, (_, i) => [
    request.latin1(run.first + 2 * i),
    request.bytes(run.first + 2 * i + 1),
  ]);
}

export function namesOf(request: Request, run: BoundRun): string[] {
  return Array.from({ length: run.count }, (_, i) => request.latin1(run.first + i));
}

/** Refuses a write whose variables would be too many; UNSET goes first, then the new ones are set. */
export function checkVariableCount(
  state: ModelState,
  session: ModelSession | undefined,
  set: readonly string[],
  unset: readonly string[] = [],
): void {
  const names = new Set(session?.variables.keys());
  const before = names.size;
  for (const name of unset) names.delete(name);
  for (const name of set) names.add(name);
  const limit = state.limits.maxVariablesPerSession;
  if (names.size > before && names.size > limit) {
    throw new EngineError('BADLEN', `the session would have ${names.size} variables; max-variables is ${limit}`);
  }
}

/** The seconds that a TIMEOUT argument means; undefined where it was not given. */
export function timeoutFrom(state: ModelState, seconds: number | undefined): number | undefined {
  return seconds !== undefined && seconds < 0 ? state.limits.defaultTimeoutSeconds : seconds;
}
