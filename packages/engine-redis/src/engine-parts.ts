// What handlers work with, and what a handler is: it copies what it needs of the request before it first waits, and
// answers a promise of the reply.

import type { Caller, EngineLimits } from '@msession/engine';
import type { BoundArguments, CommandName, Commands, DeferredReply, Request } from '@msession/protocol';
import type { Buckets } from './buckets.js';
import type { RedisLink } from './connection/redis-link.js';
import type { ScriptRunner } from './connection/script-runner.js';
import type { EngineClock } from './engine-clock.js';
import type { EventRelay } from './events/event-relay.js';
import type { KeyNames } from './layout/key-names.js';
import type { LockService } from './locks/lock-service.js';

export interface EngineParts {
  /** Names this front-end among all that share the engine: random, new with every start. */
  readonly frontEnd: string;
  readonly limits: EngineLimits;
  readonly clock: EngineClock;
  readonly keys: KeyNames;
  readonly link: RedisLink;
  readonly scripts: ScriptRunner;
  readonly events: EventRelay;
  readonly locks: LockService;
  readonly buckets: Buckets;
  readonly figures: EngineFigures;
}

/** What this front-end did since it started. */
export interface EngineFigures {
  created: number;
  destroyed: number;
  expired: number;
}

/** Names of the commands that an engine answers. */
export type EngineCommandName = {
  [Name in CommandName]: Commands[Name]['handledBy'] extends 'engine' ? Name : never;
}[CommandName];

export type Handler<Name extends EngineCommandName> = (
  engine: EngineParts,
  request: Request,
  args: BoundArguments<Commands[Name]>,
  caller: Caller,
) => Promise<DeferredReply>;

export type Handlers = { readonly [Name in EngineCommandName]: Handler<Name> };
