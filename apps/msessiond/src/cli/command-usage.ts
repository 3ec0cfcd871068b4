// The words of help for a command, from its spec: one line of usage, one line an argument, an example.
import { type ArgumentSpec, type CommandSpec, commandUsage } from '@msession/protocol';

/** The whole help of a command, for the prompt. */
export function commandHelp(spec: CommandSpec): string {
  const lines = [...commandUsage(spec), '', `  ${spec.summary}`];
  const explained = [...spec.arguments, ...(spec.guardedForm ?? [])].filter(
    (argument, index, all) =>
      argument.summary !== undefined && all.findIndex(({ name }) => name === argument.name) === index,
  );
  if (explained.length > 0) lines.push('');
  const width = Math.max(0, ...explained.map((argument) => label(argument).length));
  for (const argument of explained) lines.push(`  ${label(argument).padEnd(width)}  ${argument.summary}`);
  if (spec.details !== undefined)
    lines.push('', ...spec.details.split('\n').map((line) => (line === '' ? '' : `  ${line}`)));
  if (spec.subcommands !== undefined) {
    lines.push('');
    const subWidth = Math.max(...spec.subcommands.map((sub) => String(commandUsage(sub)[0]).length));
    for (const sub of spec.subcommands)
      lines.push(`  ${String(commandUsage(sub)[0]).padEnd(subWidth)}  ${sub.summary}`);
  }
  if (spec.errors.length > 0) lines.push('', `  errors: ${spec.errors.join(' ')}`);
  if (spec.example !== undefined) lines.push('', `  > ${spec.example.request}`, `  ${spec.example.reply}`);
  return lines.join('\n');
}

function label(argument: ArgumentSpec): string {
  if (argument.kind === 'choice') return argument.tokens.join('|');
  return 'token' in argument ? argument.token : argument.name;
}
