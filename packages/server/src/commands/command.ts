import {
  type CommandSpec,
  commandList,
  commands,
  findCommand,
  findSubcommand,
  type ReplySink,
  Request,
} from '@msession/protocol';
import { commandArity, commandKeys, writeCommandDocs, writeCommandInfo } from '../command-description.js';
import { type CommandCall, defineContainer, defineHandler, defineSubcommand } from '../command-handler.js';

const [countSpec, listSpec, infoSpec, docsSpec, getKeysSpec] = commands.COMMAND.subcommands;

const alone = defineHandler(commands.COMMAND, ({ sink }) => {
  sink.array(commandList.length);
  for (const spec of commandList) writeCommandInfo(sink, spec);
  return undefined;
});

const count = defineSubcommand(countSpec, ({ sink }) => {
  sink.integer(commandList.length);
  return undefined;
});

const list = defineSubcommand(listSpec, ({ sink }) => {
  sink.array(commandList.length);
  for (const spec of commandList) sink.bulkText(spec.name.toLowerCase());
  return undefined;
});

const info = defineSubcommand(infoSpec, (call) => {
  const wanted = namedSpecs(call);
  call.sink.array(wanted.length);
  for (const spec of wanted) {
    if (spec === undefined) call.sink.null();
    else writeCommandInfo(call.sink, spec);
  }
  return undefined;
});

const docs = defineSubcommand(docsSpec, (call) => {
  const wanted = namedSpecs(call).filter((spec) => spec !== undefined);
  call.sink.map(wanted.length);
  for (const spec of wanted) writeCommandDocs(call.sink, spec);
  return undefined;
});

/** The commands named, in that order; all of them when none is named. `client|list` names a subcommand. */
function namedSpecs({ request, bound }: CommandCall<typeof infoSpec>): readonly (CommandSpec | undefined)[] {
  const { first, count: names } = bound.names;
  if (names === 0) return commandList;
  return Array.from({ length: names }, (_, i) => {
    const name = request
      .text(first + i)
      .toUpperCase()
      .replace('|', ' ');
    const container = commandList.find((spec) => spec.name === name.split(' ')[0]);
    return name.includes(' ') ? container?.subcommands?.find((spec) => spec.name === name) : container;
  });
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
  const { first, last } = commandKeys(spec);
  if (first === 0) {
    sink.error('ERR', `${spec.name} names no session`);
    return;
  }
  sink.array(last - first + 1);
  for (let i = first; i <= last; i++) sink.bulk(line.buffer, line.start(i), line.end(i));
}

export const command = defineContainer(commands.COMMAND, [count, list, info, docs, getKeys], alone);
