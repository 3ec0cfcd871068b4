// The replies of COMMAND, COMMAND INFO and COMMAND DOCS, shaped as Redis's, so that the hints of redis-cli and the
// command tables of client libraries work on ours. Pure functions of specs into a reply sink.
import { commandArity, keyRange, keyTokens, redisCategories, redisFlags } from './command-facts.js';
import type { ArgumentSpec, ArgumentType, CommandSpec } from './command-spec.js';
import { singular } from './command-usage.js';
import { commandList } from './commands/index.js';
import type { ReplySink } from './reply-sink.js';

/** A command's name as COMMAND shows it: `getval`, `client|id`. */
export function shownName(spec: CommandSpec): string {
  return spec.name.toLowerCase().replace(' ', '|');
}

/** The command called by a name as COMMAND shows it, in any case, or undefined. */
export function commandNamed(text: string): CommandSpec | undefined {
  const [name = '', ...rest] = text.toUpperCase().split('|');
  const spec = commandList.find((candidate) => candidate.name === name);
  if (rest.length === 0) return spec;
  return spec?.subcommands?.find((candidate) => candidate.name === `${name} ${rest.join('|')}`);
}

/** The reply of COMMAND INFO: an entry for each spec, null for an unknown one. */
export function writeCommandInfo(sink: ReplySink, specs: readonly (CommandSpec | undefined)[]): void {
  sink.array(specs.length);
  for (const spec of specs) {
    if (spec === undefined) sink.null();
    else writeInfo(sink, spec);
  }
}

/** The reply of COMMAND LIST. */
export function writeCommandNames(sink: ReplySink, specs: readonly CommandSpec[]): void {
  sink.array(specs.length);
  for (const spec of specs) sink.bulkText(shownName(spec));
}

/** The reply of COMMAND DOCS: a map from name to what is known of the command. */
export function writeCommandDocs(sink: ReplySink, specs: readonly CommandSpec[]): void {
  sink.map(specs.length);
  for (const spec of specs) {
    sink.bulkText(shownName(spec));
    writeDocs(sink, spec);
  }
}

function writeInfo(sink: ReplySink, spec: CommandSpec): void {
  const { first, last } = keyRange(spec);
  sink.array(10);
  sink.bulkText(shownName(spec));
  sink.integer(commandArity(spec));
  writeWords(sink, redisFlags(spec));
  sink.integer(first);
  sink.integer(last);
  sink.integer(first === 0 ? 0 : 1);
  writeWords(sink, redisCategories(spec));
  sink.array(0);
  writeKeySpecs(sink, spec);
  const subcommands = spec.subcommands ?? [];
  sink.array(subcommands.length);
  for (const subcommand of subcommands) writeInfo(sink, subcommand);
}

function writeWords(sink: ReplySink, words: readonly string[]): void {
  sink.set(words.length);
  for (const word of words) sink.simple(word);
}

function writeKeySpecs(sink: ReplySink, spec: CommandSpec): void {
  const { first, last } = keyRange(spec);
  const tokens = keyTokens(spec);
  const flags = spec.flags.includes('read') ? ['RO', 'ACCESS'] : ['RW', 'UPDATE'];
  sink.array((first > 0 ? 1 : 0) + tokens.length);
  if (first > 0)
    writeKeySpec(sink, flags, 'index', last - first, () => {
      sink.map(1);
      sink.bulkText('index');
      sink.integer(first);
    });
  for (const token of tokens)
    writeKeySpec(sink, flags, 'keyword', 0, () => {
      sink.map(2);
      sink.bulkText('keyword');
      sink.bulkText(token);
      sink.bulkText('startfrom');
      sink.integer(1);
    });
}

function writeKeySpec(
  sink: ReplySink,
  flags: readonly string[],
  search: 'index' | 'keyword',
  lastKey: number,
  writeSearch: () => void,
): void {
  sink.map(3);
  sink.bulkText('flags');
  writeWords(sink, flags);
  sink.bulkText('begin_search');
  sink.map(2);
  sink.bulkText('type');
  sink.bulkText(search);
  sink.bulkText('spec');
  writeSearch();
  sink.bulkText('find_keys');
  sink.map(2);
  sink.bulkText('type');
  sink.bulkText('range');
  sink.bulkText('spec');
  sink.map(3);
  sink.bulkText('lastkey');
  sink.integer(lastKey);
  sink.bulkText('keystep');
  sink.integer(1);
  sink.bulkText('limit');
  sink.integer(0);
}

function writeDocs(sink: ReplySink, spec: CommandSpec): void {
  const subcommands = spec.subcommands ?? [];
  const described = describedArguments(spec);
  const entries = 4 + (spec.complexity === undefined ? 0 : 1) + (described.length > 0 ? 1 : 0);
  sink.map(entries + (subcommands.length > 0 ? 1 : 0));
  writeText(sink, 'summary', spec.summary);
  writeText(sink, 'since', spec.since);
  writeText(sink, 'group', spec.group);
  if (spec.complexity !== undefined) writeText(sink, 'complexity', spec.complexity);
  if (described.length > 0) {
    sink.bulkText('arguments');
    writeArguments(sink, described);
  }
  // as JSON: the shapes of replies nest, and clients that know RESP2 only should be able to read them, too
  writeText(sink, 'reply_schema', JSON.stringify(spec.reply));
  if (subcommands.length > 0) {
    sink.bulkText('subcommands');
    writeCommandDocs(sink, subcommands);
  }
}

function writeText(sink: ReplySink, key: string, text: string): void {
  sink.bulkText(key);
  sink.bulkText(text);
}

/** An argument in the terms of Redis. */
interface Described {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'double' | 'key' | 'pure-token' | 'oneof' | 'block';
  readonly token?: string;
  readonly isOptional?: boolean;
  readonly isMultiple?: boolean;
  readonly parts?: readonly Described[];
}

function describedArguments(spec: CommandSpec): Described[] {
  const plain = spec.arguments.map(described);
  if (spec.guardedForm === undefined) return plain;
  // both forms begin with the session
  const guarded = spec.guardedForm.map(described);
  return [
    ...plain.slice(0, 1),
    {
      name: 'form',
      type: 'oneof',
      parts: [
        { name: 'plain', type: 'block', parts: plain.slice(1) },
        { name: 'guarded', type: 'block', parts: guarded.slice(1) },
      ],
    },
  ];
}

function described(spec: ArgumentSpec): Described {
  const { name } = spec;
  switch (spec.kind) {
    case 'positional':
      return { name, type: redisType(spec.type), isOptional: spec.optional === true };
    case 'word':
      return { name, type: 'oneof', isOptional: spec.optional === true, parts: spec.words.map(pureToken) };
    case 'rest': {
      const isOptional = spec.minimum === 0;
      if (spec.pair === undefined)
        return { name: singular(name), type: redisType(spec.type), isOptional, isMultiple: true };
      return { name, type: 'block', isOptional, isMultiple: true, parts: pairParts(spec.type, spec.pair) };
    }
    case 'option':
      return { name, type: redisType(spec.type), token: spec.token, isOptional: spec.required !== true };
    case 'flag':
      return { name, type: 'pure-token', token: spec.token, isOptional: true };
    case 'choice':
      return { name, type: 'oneof', isOptional: true, parts: spec.tokens.map(pureToken) };
    case 'counted': {
      const item: Described =
        spec.pair === undefined
          ? { name: 'name', type: redisType(spec.type), isMultiple: true }
          : { name: 'variable', type: 'block', isMultiple: true, parts: pairParts(spec.type, spec.pair) };
      const parts = [{ name: 'count', type: 'integer' } as const, item];
      return { name, type: 'block', token: spec.token, isOptional: spec.required !== true, parts };
    }
  }
}

function pairParts(type: ArgumentType, pair: ArgumentType): Described[] {
  return [
    { name: 'name', type: redisType(type) },
    { name: 'value', type: redisType(pair) },
  ];
}

function pureToken(token: string): Described {
  return { name: token.toLowerCase(), type: 'pure-token', token };
}

function redisType(type: ArgumentType): Described['type'] {
  if (type === 'id') return 'key';
  if (type === 'integer') return 'integer';
  return type === 'number' ? 'double' : 'string';
}

function writeArguments(sink: ReplySink, list: readonly Described[]): void {
  sink.array(list.length);
  for (const argument of list) {
    const flags = [
      ...(argument.isOptional === true ? ['optional'] : []),
      ...(argument.isMultiple === true ? ['multiple'] : []),
    ];
    const hasText = argument.type !== 'oneof' && argument.type !== 'block';
    const isKey = argument.type === 'key';
    sink.map(
      2 +
        (hasText ? 1 : 0) +
        (isKey ? 1 : 0) +
        (argument.token === undefined ? 0 : 1) +
        (flags.length > 0 ? 1 : 0) +
        (argument.parts === undefined ? 0 : 1),
    );
    writeText(sink, 'name', argument.name);
    writeText(sink, 'type', argument.type);
    if (hasText) writeText(sink, 'display_text', argument.name);
    if (isKey) {
      sink.bulkText('key_spec_index');
      sink.integer(0);
    }
    if (argument.token !== undefined) writeText(sink, 'token', argument.token);
    if (flags.length > 0) {
      sink.bulkText('flags');
      sink.array(flags.length);
      for (const flag of flags) sink.simple(flag);
    }
    if (argument.parts !== undefined) {
      sink.bulkText('arguments');
      writeArguments(sink, argument.parts);
    }
  }
}
