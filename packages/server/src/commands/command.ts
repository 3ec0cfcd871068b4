import {
  type CommandSpec,
  commandArity,
  commandList,
  commandNamed,
  commands,
  findCommand,
  findSubcommand,
  keyIndexes,
  type ReplySink,
  Request,
  writeCommandDocs,
  writeCommandInfo,
  writeCommandNames,
} from '@msession/protocol';
import { type CommandCall, defineContainer, defineHandler, defineSubcommand } from '../command-handler.js';

const [countSpec, listSpec, infoSpec, docsSpec, getKeysSpec] = commands.COMMAND.subcommands;

const alone = defineHandler(commands.COMMAND, ({ sink }) => {
  writeCommandInfo(sink, commandList);
  return undefined;
});

const count = defineSubcommand(countSpec, ({ sink }) => {
  sink.integer(commandList.length);
  return undefined;
});

const list = defineSubcommand(listSpec, ({ sink }) => {
  writeCommandNames(sink, commandList);
  return undefined;
});

const info = defineSubcommand(infoSpec, (call) => {
  writeCommandInfo(call.sink, namedSpecs(call));
  return undefined;
});

const docs = defineSubcommand(docsSpec, (call) => {
  writeCommandDocs(
    call.sink,
    namedSpecs(call).filter((spec) => spec !== undefined),
  );
  return undefined;
});

/** The commands named, in that order; all of them when none is named. `client|list` names a subcommand. */
function namedSpecs({ request, bound }: CommandCall<typeof infoSpec>): readonly (CommandSpec | undefined)[] {
  const { first, count: names } = bound.names;
  if (names === 0) return commandList;
  return Array.from({ length: names }, (_, i) => commandNamed(request.text(first + i)));
}

const getKeys = defineSubcommand(getKeysSpec, ({ request, sink, bound }) => {
  const line = new Request(request.buffer);
  for (let i = 0; i < bound.words.count; i++)
    line.push(request.start(bound.words.first + i), request.end(bound.words.first + i));
  writeKeys(line, sink);
  return undefined;
});

function writeKeys(line: Request, sink: ReplySink): void {
  const container = findCommand(line);
  if (container === undefined) {
    sink.error('ERR', 'there is no such command');
    return;
  }
  const spec = findSubcommand(container, line) ?? container;
  const arity = commandArity(spec);
  if (arity > 0 ? line.count !== arity : line.count < -arity) {
    sink.error('ERR', `wrong number of arguments for '${spec.name.toLowerCase()}' command`);
    return;
  }
  const keys = keyIndexes(spec, line);
  if (keys.length === 0) {
    sink.error('ERR', `${spec.name} names no session`);
    return;
  }
  sink.array(keys.length);
  for (const i of keys) sink.bulk(line.buffer, line.start(i), line.end(i));
}

export const command = defineContainer(commands.COMMAND, [count, list, info, docs, getKeys], alone);
