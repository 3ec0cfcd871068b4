// What a command's handler is. It works on the request in place, writes exactly one reply, and answers undefined; or it
// answers a promise of the reply and leaves the sink alone. It refuses before it changes anything.
import type { BoundArguments, CommandName, Commands, DeferredReply, ReplySink, Request } from '@msession/protocol';
import type { Caller, Clock, EngineLimits } from '../../engine.js';
import type { Foresight } from '../foresight.js';
import type { LockTable } from '../lock-table.js';
import type { MemoryLimit } from '../memory-limit.js';
import type { Sessions } from '../sessions.js';
import type { ColdSessions } from '../store/cold-sessions.js';
import type { FamilyStore } from '../store/family-store.js';
import type { Sweeper } from '../sweeper.js';

/** The parts of the engine that handlers work with. */
export interface EngineParts {
  readonly sessions: Sessions;
  readonly locks: LockTable;
  readonly memoryLimit: MemoryLimit;
  readonly sweeper: Sweeper;
  readonly foresight: Foresight;
  /** What keeps sessions beyond memory, if anything does. */
  readonly store: FamilyStore | undefined;
  /** Sessions that it has and memory has not. */
  readonly cold: ColdSessions | undefined;
  readonly limits: EngineLimits;
  readonly clock: Clock;
}

/** Names of the commands that an engine answers. */
export type EngineCommandName = {
  [Name in CommandName]: Commands[Name]['handledBy'] extends 'engine' ? Name : never;
}[CommandName];

export type Handler<Name extends EngineCommandName> = (
  engine: EngineParts,
  request: Request,
  args: BoundArguments<Commands[Name]>,
  sink: ReplySink,
  caller: Caller,
  // biome-ignore lint/suspicious/noConfusingVoidType: most handlers answer at once and return nothing
) => void | Promise<DeferredReply>;

/** Finds the session an argument names, or answers NOSESSION and 0. */
export function sessionOr(engine: EngineParts, request: Request, index: number, sink: ReplySink): number {
  const address = engine.sessions.find(request.buffer, request.start(index), request.end(index));
  if (address === 0) sink.error('NOSESSION', 'there is no session of that id');
  return address;
}
