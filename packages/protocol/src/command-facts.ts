// What follows from a command's spec in the terms of Redis: arity, where its keys are, its flags and categories.
import type { ArgumentSpec, CommandSpec } from './command-spec.js';
import type { Request } from './request.js';

/** Words that a command has at least, as a negative number, or exactly; its name's words included. */
export function commandArity(spec: CommandSpec): number {
  const words = spec.name.split(' ').length;
  if (spec.subcommands !== undefined) return isCallableAlone(spec) ? -words : -words - 1;
  let least = words;
  let isExact = true;
  for (const argument of spec.arguments) {
    const required = leastWords(argument);
    least += required;
    if (required === 0 || argument.kind === 'rest' || argument.kind === 'counted') isExact = false;
  }
  return isExact ? least : -least;
}

/** A container whose own reply is `any` only answers by its subcommands; `COMMAND` alone lists the table. */
function isCallableAlone(spec: CommandSpec): boolean {
  return spec.reply.type !== 'any';
}

function leastWords(argument: ArgumentSpec): number {
  switch (argument.kind) {
    case 'positional':
    case 'word':
      return argument.optional === true ? 0 : 1;
    case 'rest':
      return argument.minimum * (argument.pair === undefined ? 1 : 2);
    case 'option':
      return argument.required === true ? 2 : 0;
    case 'counted':
      return argument.required === true ? (argument.pair === undefined ? 3 : 4) : 0;
    default:
      return 0;
  }
}

/** Positions of the session ids among the positional arguments, the name being 0: first and last; 0 and 0 for none. */
export function keyRange(spec: CommandSpec): { readonly first: number; readonly last: number } {
  const offset = spec.name.split(' ').length;
  const inPlace = spec.arguments.filter((argument) => argument.kind === 'positional');
  const isId = inPlace.map((argument) => argument.type === 'id');
  const first = isId.indexOf(true);
  return first < 0 ? { first: 0, last: 0 } : { first: first + offset, last: isId.lastIndexOf(true) + offset };
}

/** Tokens of the options whose values are session ids (`EXCEPT`). */
export function keyTokens(spec: CommandSpec): string[] {
  return spec.arguments.flatMap((argument) =>
    argument.kind === 'option' && argument.type === 'id' ? [argument.token] : [],
  );
}

/** Indexes of the words of a request that are session ids. The command's name is the word `offset`. */
export function keyIndexes(spec: CommandSpec, request: Request, offset = 0): number[] {
  const { first, last } = keyRange(spec);
  const indexes: number[] = [];
  if (first > 0) for (let i = first; i <= last && i + offset < request.count; i++) indexes.push(i + offset);
  const tokens = keyTokens(spec);
  const inPlace = spec.arguments.filter((argument) => argument.kind === 'positional').length;
  for (let i = 1 + inPlace + offset; i + 1 < request.count; i++)
    if (tokens.some((token) => request.isToken(i, token))) indexes.push(++i);
  return indexes;
}

/** Flags by their names in Redis. */
export function redisFlags(spec: CommandSpec): string[] {
  const flags: string[] = [];
  if (spec.flags.includes('read')) flags.push('readonly');
  if (spec.flags.includes('write')) flags.push('write');
  if (spec.errors.includes('OOM')) flags.push('denyoom');
  if (spec.flags.includes('admin')) flags.push('admin');
  if (spec.flags.includes('blocking')) flags.push('blocking');
  if (spec.flags.includes('beforeAuth')) flags.push('no_auth');
  if (spec.complexity === 'O(1)') flags.push('fast');
  return flags;
}

/** Categories by their names in Redis. */
export function redisCategories(spec: CommandSpec): string[] {
  const categories: string[] = [];
  if (spec.flags.includes('read')) categories.push('@read');
  if (spec.flags.includes('write')) categories.push('@write');
  if (spec.flags.includes('admin')) categories.push('@admin', '@dangerous');
  if (spec.flags.includes('connection')) categories.push('@connection');
  if (spec.flags.includes('blocking')) categories.push('@blocking');
  categories.push(spec.complexity === 'O(1)' ? '@fast' : '@slow');
  return categories;
}
