// The words of help for a command, from its spec: one line of usage, one line an argument, an example.
import type { ArgumentSpec, CommandSpec } from '@msession/protocol';

/** `SLOCK id [WAIT waitMs] [CREATE]` */
export function usageLine(spec: CommandSpec): string {
  return [spec.name, ...spec.arguments.map(usageOf)].join(' ');
}

function usageOf(argument: ArgumentSpec): string {
  switch (argument.kind) {
    case 'positional':
      return argument.optional === true ? `[${argument.name}]` : argument.name;
    case 'word': {
      const words = argument.words.join('|');
      return argument.optional === true ? `[${words}]` : words;
    }
    case 'rest': {
      const item = restItem(argument);
      return argument.minimum === 0 ? `[${item} …]` : `${item} [${item} …]`;
    }
    case 'option':
      return bracketed(`${argument.token} ${argument.name}`, argument.required === true);
    case 'flag':
      return `[${argument.token}]`;
    case 'choice':
      return `[${argument.tokens.join('|')}]`;
    case 'counted':
      return bracketed(
        `${argument.token} count ${argument.pair === undefined ? 'name' : 'name value'} …`,
        argument.required === true,
      );
  }
}

function restItem(argument: ArgumentSpec & { kind: 'rest' }): string {
  if (argument.pair !== undefined) return 'name value';
  return argument.name.endsWith('s') ? argument.name.slice(0, -1) : argument.name;
}

function bracketed(text: string, isRequired: boolean): string {
  return isRequired ? text : `[${text}]`;
}

/** The whole help of a command, for the prompt. */
export function commandHelp(spec: CommandSpec): string {
  const lines = [usageLine(spec), '', `  ${spec.summary}`];
  if (spec.guardedForm !== undefined)
    lines.push('', `  or: ${[spec.name, ...spec.guardedForm.map(usageOf)].join(' ')}`);
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
    const subWidth = Math.max(...spec.subcommands.map((sub) => usageLine(sub).length));
    for (const sub of spec.subcommands) lines.push(`  ${usageLine(sub).padEnd(subWidth)}  ${sub.summary}`);
  }
  if (spec.errors.length > 0) lines.push('', `  errors: ${spec.errors.join(' ')}`);
  if (spec.example !== undefined) lines.push('', `  > ${spec.example.request}`, `  ${spec.example.reply}`);
  return lines.join('\n');
}

function label(argument: ArgumentSpec): string {
  if (argument.kind === 'choice') return argument.tokens.join('|');
  return 'token' in argument ? argument.token : argument.name;
}
