// The command table as JSON, for other languages: the specs as they are, with what is derived from them.
import { type CommandSpec, commandArity, commandList, commandUsage, errorCodes } from '../src/index.js';

export function commandTable(): string {
  const table = {
    about: 'Generated from packages/protocol by `npm run generate`; edits here are lost.',
    errors: errorCodes,
    commands: commandList.map(entry),
  };
  return `${JSON.stringify(table, null, 2)}\n`;
}

function entry(spec: CommandSpec): object {
  const { subcommands, ...rest } = spec;
  return {
    ...rest,
    arity: commandArity(spec),
    usage: commandUsage(spec),
    ...(subcommands === undefined ? {} : { subcommands: subcommands.map(entry) }),
  };
}
