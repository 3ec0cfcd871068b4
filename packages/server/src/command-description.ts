// The command table in the form that Redis clients ask for: COMMAND INFO and COMMAND DOCS. Computed from the specs alone.
import type { ArgumentSpec, ArgumentType, CommandSpec, ReplySink } from '@msession/protocol';

/** Words of a request, the name included: exactly so many, or below 0 so many at least. */
export function commandArity(spec: CommandSpec): number {
  const nameWords = spec.name.split(' ').length;
  if (spec.subcommands !== undefined) return spec.arguments.length === 0 && spec.name === 'COMMAND' ? -1 : -2;
  let words = nameWords;
  let isOpen = spec.guardedForm !== undefined;
  for (const argument of spec.arguments) {
    if (argument.kind === 'positional' || argument.kind === 'word') {
      if (argument.optional === true) isOpen = true;
      else words++;
    } else if (argument.kind === 'rest') {
      words += argument.minimum * (argument.pair === undefined ? 1 : 2);
      isOpen = true;
    } else if (argument.kind === 'option' && argument.required === true) words += 2;
    else isOpen = true;
  }
  return isOpen ? -words : words;
}

/** Positions of the session ids in a request; 0 when it names none. */
export function commandKeys(spec: CommandSpec): { readonly first: number; readonly last: number } {
  let first = 0;
  let last = 0;
  for (const [index, argument] of spec.arguments.entries()) {
    if (argument.kind !== 'positional' || argument.type !== 'id' || argument.optional === true) continue;
    if (first === 0) first = index + 1;
    last = index + 1;
  }
  return { first, last };
}

/** One entry of COMMAND INFO, in the ten fields of Redis 7. */
export function writeCommandInfo(sink: ReplySink, spec: CommandSpec): void {
  const { first, last } = commandKeys(spec);
  sink.array(10);
  sink.bulkText(wireName(spec));
  sink.integer(commandArity(spec));
  const flags = infoFlags(spec);
  sink.set(flags.length);
  for (const flag of flags) sink.simple(flag);
  sink.integer(first);
  sink.integer(last);
  sink.integer(first === 0 ? 0 : 1);
  const categories = aclCategories(spec);
  sink.set(categories.length);
  for (const category of categories) sink.simple(category);
  sink.array(0);
  sink.array(0);
  sink.array(spec.subcommands?.length ?? 0);
  for (const subcommand of spec.subcommands ?? []) writeCommandInfo(sink, subcommand);
}

/** One entry of COMMAND DOCS: the name and a map. */
export function writeCommandDocs(sink: ReplySink, spec: CommandSpec): void {
  const forms = [...spec.arguments];
  const fields: [name: string, write: () => void][] = [
    ['summary', () => sink.bulkText(spec.summary)],
    ['since', () => sink.bulkText(spec.since)],
    ['group', () => sink.bulkText(spec.group)],
  ];
  if (spec.complexity !== undefined) fields.push(['complexity', () => sink.bulkText(spec.complexity ?? '')]);
  if (forms.length > 0)
    fields.push([
      'arguments',
      () => {
        sink.array(forms.length);
        for (const argument of forms) writeArgument(sink, argument);
      },
    ]);
  fields.push(['reply_schema', () => sink.bulkText(JSON.stringify(spec.reply))]);
  if (spec.errors.length > 0)
    fields.push([
      'errors',
      () => {
        sink.array(spec.errors.length);
        for (const code of spec.errors) sink.bulkText(code);
      },
    ]);
  const subcommands = spec.subcommands ?? [];
  if (subcommands.length > 0)
    fields.push([
      'subcommands',
      () => {
        sink.map(subcommands.length);
        for (const subcommand of subcommands) writeCommandDocs(sink, subcommand);
      },
    ]);
  sink.bulkText(wireName(spec));
  sink.map(fields.length);
  for (const [name, write] of fields) {
    sink.bulkText(name);
    write();
  }
}

function wireName(spec: CommandSpec): string {
  return spec.name.toLowerCase().replace(' ', '|');
}

function infoFlags(spec: CommandSpec): readonly string[] {
  const flags: string[] = [];
  if (spec.flags.includes('read')) flags.push('readonly');
  if (spec.flags.includes('write')) flags.push('write');
  if (spec.flags.includes('admin')) flags.push('admin');
  if (spec.flags.includes('blocking')) flags.push('blocking');
  if (spec.flags.includes('beforeAuth')) flags.push('no_auth');
  if (spec.complexity === 'O(1)') flags.push('fast');
  return flags;
}

function aclCategories(spec: CommandSpec): readonly string[] {
  const categories: string[] = [];
  for (const flag of ['read', 'write', 'admin', 'connection', 'blocking'] as const)
    if (spec.flags.includes(flag)) categories.push(`@${flag}`);
  return categories;
}

/** The argument types that Redis clients know. */
function docsType(type: ArgumentType): string {
  if (type === 'id') return 'key';
  if (type === 'integer') return 'integer';
  return type === 'number' ? 'double' : 'string';
}

interface DocsArgument {
  readonly name: string;
  readonly type: string;
  readonly token?: string;
  readonly summary?: string;
  readonly flags?: readonly string[];
  readonly arguments?: readonly DocsArgument[];
}

function docsArgument(argument: ArgumentSpec): DocsArgument {
  const summary = argument.summary === undefined ? {} : { summary: argument.summary };
  const isOptional = !('optional' in argument) || argument.optional !== true ? [] : ['optional'];
  const { name } = argument;
  const pureToken = (token: string): DocsArgument => ({ name: token.toLowerCase(), type: 'pure-token', token });
  switch (argument.kind) {
    case 'positional':
      return { name, type: docsType(argument.type), ...summary, flags: isOptional };
    case 'word':
      return { name, type: 'oneof', ...summary, flags: isOptional, arguments: argument.words.map(pureToken) };
    case 'choice':
      return { name, type: 'oneof', ...summary, flags: ['optional'], arguments: argument.tokens.map(pureToken) };
    case 'flag':
      return { name, type: 'pure-token', token: argument.token, ...summary, flags: ['optional'] };
    case 'option': {
      const flags = argument.required === true ? [] : ['optional'];
      return { name, type: docsType(argument.type), token: argument.token, ...summary, flags };
    }
    case 'rest': {
      const flags = argument.minimum === 0 ? ['optional', 'multiple'] : ['multiple'];
      if (argument.pair === undefined) return { name, type: docsType(argument.type), ...summary, flags };
      return { name, type: 'block', ...summary, flags, arguments: pairArguments(argument.type, argument.pair) };
    }
    case 'counted': {
      const items: readonly DocsArgument[] =
        argument.pair === undefined
          ? [{ name: 'name', type: docsType(argument.type), flags: ['multiple'] }]
          : [
              {
                name: 'pair',
                type: 'block',
                flags: ['multiple'],
                arguments: pairArguments(argument.type, argument.pair),
              },
            ];
      const flags = argument.required === true ? [] : ['optional'];
      const parts = [{ name: 'count', type: 'integer' }, ...items];
      return { name, type: 'block', token: argument.token, ...summary, flags, arguments: parts };
    }
  }
}

function pairArguments(type: ArgumentType, pair: ArgumentType): readonly DocsArgument[] {
  return [
    { name: 'name', type: docsType(type) },
    { name: 'value', type: docsType(pair) },
  ];
}

function writeArgument(sink: ReplySink, argument: ArgumentSpec): void {
  writeDocsArgument(sink, docsArgument(argument));
}

function writeDocsArgument(sink: ReplySink, argument: DocsArgument): void {
  const flags = argument.flags ?? [];
  const parts = argument.arguments ?? [];
  const texts = (['name', 'type', 'token', 'summary'] as const).filter((field) => argument[field] !== undefined);
  sink.map(texts.length + (flags.length > 0 ? 1 : 0) + (parts.length > 0 ? 1 : 0));
  for (const field of texts) {
    sink.bulkText(field);
    sink.bulkText(argument[field] ?? '');
  }
  if (flags.length > 0) {
    sink.bulkText('flags');
    sink.set(flags.length);
    for (const flag of flags) sink.simple(flag);
  }
  if (parts.length === 0) return;
  sink.bulkText('arguments');
  sink.array(parts.length);
  for (const part of parts) writeDocsArgument(sink, part);
}
