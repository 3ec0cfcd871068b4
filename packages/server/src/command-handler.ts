// The form of a server command's handler: one spec of the command table and one function, arguments bound by name.
// A container (CLIENT, CONFIG, ...) is a handler that picks one of its subcommands, whose rights are checked there.
import {
  ArgumentFault,
  type BoundArguments,
  type CommandSpec,
  compileBinder,
  type DeferredReply,
  findSubcommand,
  nearestWord,
  type ReplySink,
  type Request,
} from '@msession/protocol';
import { requiredRights, rightName } from './authentication.js';
import type { Connection } from './connection.js';
import type { ServerContext } from './server-context.js';

/** One call of a server command. `request` is valid until the handler returns or its promise is made. */
export interface CommandCall<Spec extends CommandSpec = CommandSpec> {
  readonly context: ServerContext;
  readonly connection: Connection;
  readonly request: Request;
  readonly sink: ReplySink;
  readonly bound: BoundArguments<Spec>;
}

/** Writes the reply to the sink and returns nothing, or promises it and leaves the sink alone. */
export type RunCommand<Spec extends CommandSpec> = (call: CommandCall<Spec>) => undefined | Promise<DeferredReply>;

export interface CommandHandler {
  readonly spec: CommandSpec;
  /** Later requests of the connection wait for a promised reply. */
  readonly isBlocking: boolean;
  run(
    context: ServerContext,
    connection: Connection,
    request: Request,
    sink: ReplySink,
  ): undefined | Promise<DeferredReply>;
}

export interface HandlerOptions {
  readonly isBlocking?: boolean;
  /** 2 for subcommands: their arguments stand behind two words. */
  readonly firstArgument?: number;
}

/** Binds a function to a command of the table. */
export function defineHandler<Spec extends CommandSpec>(
  spec: Spec,
  run: RunCommand<Spec>,
  options: HandlerOptions = {},
): CommandHandler {
  const bind = compileBinder(spec, options.firstArgument ?? 1);
  return {
    spec,
    isBlocking: options.isBlocking ?? false,
    run(context, connection, request, sink) {
      const bound = bind(request, context.engine.limits);
      if (bound instanceof ArgumentFault) {
        sink.error(bound.code, bound.message);
        return undefined;
      }
      return run({ context, connection, request, sink, bound });
    },
  };
}

/** The handler of a subcommand. */
export function defineSubcommand<Spec extends CommandSpec>(spec: Spec, run: RunCommand<Spec>): CommandHandler {
  return defineHandler(spec, run, { firstArgument: 2 });
}

/** A command of subcommands; `alone` answers it when it stands without one. */
export function defineContainer(
  spec: CommandSpec,
  subcommands: readonly CommandHandler[],
  alone?: CommandHandler,
): CommandHandler {
  const byName = new Map(subcommands.map((handler) => [handler.spec.name, handler]));
  const words = subcommands.map((handler) => handler.spec.name.slice(spec.name.length + 1));
  return {
    spec,
    isBlocking: false,
    run(context, connection, request, sink) {
      if (request.count < 2) {
        if (alone !== undefined) return alone.run(context, connection, request, sink);
        sink.error(
          'ERR',
          `wrong number of arguments for '${spec.name.toLowerCase()}' command; it wants one of ${words.join(' ')}`,
        );
        return undefined;
      }
      const found = findSubcommand(spec, request);
      const handler = found === undefined ? undefined : byName.get(found.name);
      if (handler === undefined) {
        const word = shownWord(request, 1);
        const near = nearestWord(word, words);
        sink.error(
          'ERR',
          `unknown subcommand '${word}' of ${spec.name}; ${near === undefined ? `it has ${words.join(' ')}` : `did you mean ${near}?`}`,
        );
        return undefined;
      }
      const rights = requiredRights(handler.spec.flags);
      if ((connection.granted & rights) !== rights) {
        sink.error(
          'NOPERM',
          `user '${connection.user?.name ?? ''}' lacks the right '${rightName(rights)}' that ${handler.spec.name} needs`,
        );
        return undefined;
      }
      return handler.run(context, connection, request, sink);
    },
  };
}

/** A word of a request for an error message: printable and short. */
export function shownWord(request: Request, index: number): string {
  const text = request.text(index);
  const start = text.slice(0, 48).replace(/[^\x20-\x7e]/g, '?');
  return text.length > 48 ? `${start}...` : start;
}
