// Turns the words of a request into named arguments, as its command's spec says, and finds what is wrong with them.
// Bound bytes stay where they are: an argument of bytes is bound as its index in the request (0: not given), so
// nothing is copied before a handler decides to.
import {
  idFault,
  maxIdBytes,
  maxNameBytes,
  maxNumberBytes,
  nameFault,
  parseInteger,
  subIdFault,
} from './argument-rules.js';
import type { ArgumentSpec, ArgumentType, CommandSpec } from './command-spec.js';
import type { ErrorCode } from './error-codes.js';
import { nearestWord } from './nearest-word.js';
import type { Request } from './request.js';

/** A run of arguments: items, or pairs of name and value, from index `first` on. */
export interface BoundRun {
  readonly first: number;
  /** Items, or pairs where the spec says pairs. */
  readonly count: number;
}

type BoundValue<Type extends ArgumentType> = number & { readonly __type?: Type };

type BoundOne<Argument> = Argument extends { kind: 'flag' }
  ? boolean
  : Argument extends { kind: 'rest' | 'counted' }
    ? BoundRun
    : Argument extends { kind: 'word'; words: readonly (infer Word)[]; optional: true }
      ? Word | undefined
      : Argument extends { kind: 'word'; words: readonly (infer Word)[] }
        ? Word
        : Argument extends { kind: 'choice'; tokens: readonly (infer Token)[] }
          ? Token | undefined
          : Argument extends { type: 'integer' }
            ? Argument extends { kind: 'positional'; optional: true }
              ? number | undefined
              : Argument extends { kind: 'option' }
                ? Argument extends { required: true }
                  ? number
                  : number | undefined
                : number
            : Argument extends { type: infer Type extends ArgumentType }
              ? BoundValue<Type>
              : never;

/** Arguments by name: bytes as request index (0: absent), integers as numbers, words and choices as upper-case text. */
export type BoundArguments<Spec extends CommandSpec> = {
  readonly [Argument in Spec['arguments'][number] as Argument['name']]: BoundOne<Argument>;
} & (Spec extends { guardedForm: readonly ArgumentSpec[] }
  ? { readonly [Argument in Spec['guardedForm'][number] as Argument['name']]?: BoundOne<Argument> }
  : unknown);

/** Why a request does not fit its command. */
export class ArgumentFault {
  readonly code: ErrorCode;
  readonly message: string;

  constructor(code: ErrorCode, message: string) {
    this.code = code;
    this.message = message;
  }
}

export interface ArgumentLimits {
  /** Longest value, data or text, in bytes. */
  readonly maxValueBytes: number;
}

export type Binder<Spec extends CommandSpec = CommandSpec> = (
  request: Request,
  limits: ArgumentLimits,
) => BoundArguments<Spec> | ArgumentFault;

/**
 * Compiles a spec into a binder. `firstArgument` is 1, or 2 for a subcommand (behind `CONTAINER SUB`).
 * The binder answers an `ArgumentFault` (never throws) with code ERR, or BADLEN for what is too long.
 */
export function compileBinder<Spec extends CommandSpec>(spec: Spec, firstArgument = 1): Binder<Spec> {
  const plain = compileForm(spec.name, spec.arguments, firstArgument);
  if (spec.guardedForm === undefined) return plain as Binder<Spec>;
  const guarded = compileForm(spec.name, spec.guardedForm, firstArgument);
  const tokens = spec.guardedForm.flatMap((argument) => ('token' in argument ? [argument.token] : []));
  const [guard = '', list = ''] = tokens;
  return ((request: Request, limits: ArgumentLimits) =>
    // both tokens in their places mean the guarded form, also when the rest of it is wrong: falling back to the
    // plain form would write without the guard that was asked for
    request.count > firstArgument + 3 &&
    request.isToken(firstArgument + 1, guard) &&
    request.isToken(firstArgument + 3, list)
      ? guarded(request, limits)
      : plain(request, limits)) as Binder<Spec>;
}

type Bound = Record<string, unknown>;

function compileForm(command: string, specs: readonly ArgumentSpec[], firstArgument: number) {
  const positionals = specs.filter((spec) => spec.kind === 'positional' || spec.kind === 'word');
  const required = positionals.filter((spec) => spec.optional !== true).length;
  const rest = specs.find((spec) => spec.kind === 'rest');
  const options = specs.filter(
    (spec) => spec.kind === 'option' || spec.kind === 'flag' || spec.kind === 'choice' || spec.kind === 'counted',
  );
  const blank: Bound = {};
  for (const spec of specs) blank[spec.name] = blankValue(spec);
  const wrongCount = () =>
    new ArgumentFault('ERR', `wrong number of arguments for '${command.toLowerCase().replace(' ', '|')}' command`);

  return (request: Request, limits: ArgumentLimits): Bound | ArgumentFault => {
    if (request.count < firstArgument + required) return wrongCount();
    const bound: Bound = { ...blank };
    let index = firstArgument;
    for (let i = 0; i < positionals.length && index < request.count; i++) {
      const spec = positionals[i] as (typeof positionals)[number];
      // an optional position may hold the first option's token instead
      if (spec.optional === true && options.some((option) => startsWith(option, request, index))) break;
      if (spec.kind === 'word') {
        const word = spec.words.find((candidate) => request.isToken(index, candidate));
        if (word === undefined)
          return new ArgumentFault('ERR', `${spec.name} of '${command}' is one of ${spec.words.join(' ')}`);
        bound[spec.name] = word;
      } else {
        const value = bindValue(spec, spec.type, request, index, limits);
        if (value instanceof ArgumentFault) return value;
        bound[spec.name] = value;
      }
      index++;
    }
    if (rest !== undefined) {
      const width = rest.pair === undefined ? 1 : 2;
      const items = request.count - index;
      if (items % width !== 0 || items / width < rest.minimum) return wrongCount();
      const fault = checkRun(rest.name, rest.type, rest.pair, request, index, items, limits);
      if (fault !== null) return fault;
      bound[rest.name] = { first: index, count: items / width };
      return bound;
    }
    let seen = 0;
    while (index < request.count) {
      const at = options.findIndex((option) => startsWith(option, request, index));
      if (at < 0) {
        return options.length === 0
          ? wrongCount()
          : new ArgumentFault('ERR', unknownOption(command, options, request, index));
      }
      const spec = options[at] as (typeof options)[number];
      if ((seen & (1 << at)) !== 0)
        return new ArgumentFault('ERR', `syntax error: ${usage(spec)} of '${command}' is given twice`);
      seen |= 1 << at;
      if (spec.kind === 'flag') {
        bound[spec.name] = true;
        index++;
      } else if (spec.kind === 'choice') {
        bound[spec.name] = spec.tokens.find((token) => request.isToken(index, token));
        index++;
      } else if (spec.kind === 'option') {
        if (index + 1 >= request.count)
          return new ArgumentFault('ERR', `syntax error: ${spec.token} of '${command}' wants a value`);
        const value = bindValue(spec, spec.type, request, index + 1, limits);
        if (value instanceof ArgumentFault) return value;
        bound[spec.name] = value;
        index += 2;
      } else {
        const count =
          index + 1 < request.count
            ? parseInteger(request.buffer, request.start(index + 1), request.end(index + 1))
            : Number.NaN;
        const width = spec.pair === undefined ? 1 : 2;
        if (!(count >= 1) || count * width > request.count - index - 2)
          return new ArgumentFault(
            'ERR',
            `syntax error: ${spec.token} of '${command}' wants a count and that many ${width === 2 ? 'names and values' : 'names'}`,
          );
        const fault = checkRun(spec.name, spec.type, spec.pair, request, index + 2, count * width, limits);
        if (fault !== null) return fault;
        bound[spec.name] = { first: index + 2, count };
        index += 2 + count * width;
      }
    }
    for (let i = 0; i < options.length; i++) {
      const spec = options[i] as (typeof options)[number];
      if ('required' in spec && spec.required === true && (seen & (1 << i)) === 0)
        return new ArgumentFault('ERR', `syntax error: '${command}' wants ${usage(spec)}`);
    }
    return bound;
  };
}

const noRun: BoundRun = { first: 0, count: 0 };

function blankValue(spec: ArgumentSpec): unknown {
  if (spec.kind === 'flag') return false;
  if (spec.kind === 'rest' || spec.kind === 'counted') return noRun;
  if (spec.kind === 'word' || spec.kind === 'choice' || spec.type === 'integer') return undefined;
  return 0;
}

function startsWith(spec: ArgumentSpec, request: Request, index: number): boolean {
  if (spec.kind === 'choice') return spec.tokens.some((token) => request.isToken(index, token));
  return 'token' in spec && request.isToken(index, spec.token);
}

function usage(spec: ArgumentSpec): string {
  if (spec.kind === 'choice') return spec.tokens.join('|');
  return 'token' in spec ? spec.token : spec.name;
}

/** Names the place of the wrong word and not the word, which may be data or a password. */
function unknownOption(command: string, options: readonly ArgumentSpec[], request: Request, index: number): string {
  const tokens = options.flatMap((option) =>
    option.kind === 'choice' ? option.tokens : 'token' in option ? [option.token] : [],
  );
  const near = request.length(index) <= 16 ? nearestWord(request.text(index), tokens) : undefined;
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return `syntax error: word ${index + 1} of '${command}' is no option (${options.map(usage).join(' ')})${hint}`;
}

function bindValue(
  spec: { readonly name: string; readonly minimum?: number; readonly maximum?: number },
  type: ArgumentType,
  request: Request,
  index: number,
  limits: ArgumentLimits,
): number | ArgumentFault {
  const start = request.start(index);
  const end = request.end(index);
  if (type !== 'integer') return checkBytes(spec.name, type, request, index, limits) ?? index;
  const value = parseInteger(request.buffer, start, end);
  if (Number.isNaN(value)) return new ArgumentFault('ERR', `${spec.name} is not an integer or out of range`);
  if (value < (spec.minimum ?? Number.NEGATIVE_INFINITY) || value > (spec.maximum ?? Number.POSITIVE_INFINITY)) {
    const low = spec.minimum === undefined ? '' : `${spec.minimum} or more`;
    const high = spec.maximum === undefined ? '' : `${spec.maximum} at most`;
    return new ArgumentFault(
      'ERR',
      `${spec.name} is ${value}; it must be ${[low, high].filter((part) => part !== '').join(', ')}`,
    );
  }
  return value;
}

function checkBytes(
  name: string,
  type: ArgumentType,
  request: Request,
  index: number,
  limits: ArgumentLimits,
): ArgumentFault | null {
  const start = request.start(index);
  const end = request.end(index);
  if (type === 'id' || type === 'subId') {
    const fault = type === 'id' ? idFault(request.buffer, start, end) : subIdFault(request.buffer, start, end);
    if (fault !== null) return new ArgumentFault(end - start > maxIdBytes ? 'BADLEN' : 'ERR', `${name} ${fault}`);
  } else if (type === 'name') {
    const fault = nameFault(request.buffer, start, end);
    if (fault !== null) return new ArgumentFault(end - start > maxNameBytes ? 'BADLEN' : 'ERR', `${name} ${fault}`);
  } else if (type === 'number' && end - start > maxNumberBytes) {
    return new ArgumentFault('NOTANUMBER', `${name} has ${end - start} bytes; a number has ${maxNumberBytes} at most`);
  } else if (end - start > limits.maxValueBytes) {
    return new ArgumentFault('BADLEN', `${name} has ${end - start} bytes; max-value-size is ${limits.maxValueBytes}`);
  }
  return null;
}

function checkRun(
  name: string,
  type: ArgumentType,
  pair: ArgumentType | undefined,
  request: Request,
  first: number,
  words: number,
  limits: ArgumentLimits,
): ArgumentFault | null {
  for (let i = 0; i < words; i++) {
    const itemType = pair !== undefined && (i & 1) === 1 ? pair : type;
    const fault = checkBytes(name, itemType, request, first + i, limits);
    if (fault !== null) return fault;
  }
  return null;
}
