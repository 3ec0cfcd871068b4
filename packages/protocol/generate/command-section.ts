// One command's section of the reference page.
import { type ArgumentSpec, argumentUsage, type CommandSpec, commandUsage } from '../src/index.js';
import { replyText } from './reply-text.js';

/** Codes that any command may answer; a section names only its own. */
export const commonErrors = ['ERR', 'BADLEN', 'NOAUTH', 'NOPERM', 'UNAVAILABLE'] as const;

export function commandSection(spec: CommandSpec, level: number): string {
  const lines = [`${'#'.repeat(level)} ${spec.name}`, '', ...usage(spec), spec.summary];
  if (spec.details !== undefined) lines.push('', spec.details);
  const described = describedArguments(spec);
  if (described.length > 0) lines.push('', '| argument | type | meaning |', '| --- | --- | --- |', ...described);
  lines.push('', ...facts(spec));
  for (const subcommand of spec.subcommands ?? []) lines.push('', commandSection(subcommand, level + 1));
  return lines.join('\n');
}

function usage(spec: CommandSpec): string[] {
  if (spec.subcommands !== undefined && spec.arguments.length === 0 && spec.reply.type === 'any')
    return ['```', `${spec.name} ${spec.subcommands.map((sub) => sub.name.split(' ')[1]).join('|')} ...`, '```', ''];
  return ['```', ...commandUsage(spec), '```', ''];
}

function describedArguments(spec: CommandSpec): string[] {
  const rows = spec.arguments.map(argumentRow);
  for (const argument of spec.guardedForm ?? [])
    if (!spec.arguments.some((other) => other.kind === argument.kind && other.name === argument.name))
      rows.push(argumentRow(argument));
  return rows;
}

function argumentRow(argument: ArgumentSpec): string {
  return `| \`${cell(argumentUsage(argument))}\` | ${cell(typeText(argument))} | ${cell(argument.summary ?? '')} |`;
}

function typeText(argument: ArgumentSpec): string {
  switch (argument.kind) {
    case 'flag':
      return 'flag';
    case 'choice':
    case 'word':
      return 'one of these words';
    case 'rest':
    case 'counted':
      return argument.pair === undefined ? `${argument.type} ...` : `${argument.type} and ${argument.pair} ...`;
    default: {
      const { minimum, maximum } = argument;
      if (minimum !== undefined && maximum !== undefined) return `${argument.type}, ${minimum} to ${maximum}`;
      if (minimum !== undefined) return `${argument.type}, ${minimum} or more`;
      return maximum === undefined ? argument.type : `${argument.type}, ${maximum} at most`;
    }
  }
}

function facts(spec: CommandSpec): string[] {
  const own = spec.errors.filter((code) => !commonErrors.some((common) => common === code));
  const lines = [`- Reply: ${replyText(spec.reply)}`];
  if (own.length > 0) lines.push(`- Errors: ${own.map((code) => `\`${code}\``).join(', ')}`);
  lines.push(`- Flags: ${spec.flags.map((flag) => `\`${flag}\``).join(', ')}`);
  if (spec.complexity !== undefined) lines.push(`- Complexity: ${spec.complexity}`);
  if (spec.origin !== undefined) lines.push(`- Origin: ${spec.origin}`);
  lines.push(`- Since: ${spec.since}`);
  if (spec.example !== undefined)
    lines.push(
      '',
      '```',
      `> ${spec.example.request}`,
      ...(spec.example.reply === '' ? [] : [spec.example.reply]),
      '```',
    );
  return lines;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
