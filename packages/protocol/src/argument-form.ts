// Compiles one form of a command, its list of argument specs, into a function that binds requests. Each argument has a
// slot in a scratch array that all binders share (binding is synchronous), and the bound object is made from it at the
// end by a function generated for the form's names: copying a blank object and setting properties by computed names took
// two thirds of the time to bind `GETVAL id name`.
import { ArgumentFault, type ArgumentLimits, type BoundRun, bindValue, checkRun } from './argument-checks.js';
import { parseInteger } from './argument-rules.js';
import { boundShapes } from './bound-shapes.generated.js';
import type { ArgumentSpec, ArgumentType } from './command-spec.js';
import { nearestWord } from './nearest-word.js';
import type { Request } from './request.js';

export type Bound = Record<string, unknown>;

/** A positional argument; all have the same fields, so that reading them is quick. */
interface Place {
  readonly slot: number;
  readonly name: string;
  readonly isOptional: boolean;
  readonly type: ArgumentType;
  /** The closed set of words, where there is one. */
  readonly words: readonly string[] | null;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

/** What stands behind a token. */
interface Option {
  readonly slot: number;
  readonly name: string;
  readonly kind: 'flag' | 'choice' | 'option' | 'counted';
  readonly tokens: readonly string[];
  readonly isRequired: boolean;
  readonly type: ArgumentType;
  readonly pair: ArgumentType | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

const noRun: BoundRun = { first: 0, count: 0 };
const scratch: unknown[] = new Array<unknown>(32).fill(undefined);

export function compileForm(command: string, specs: readonly ArgumentSpec[], firstArgument: number) {
  const places = specs.flatMap(placeOf);
  const options = specs.flatMap(optionOf);
  const restSlot = specs.findIndex((spec) => spec.kind === 'rest');
  const rest = specs.find((spec) => spec.kind === 'rest');
  const leastWords = firstArgument + places.filter((place) => !place.isOptional).length;
  const blanks = specs.map(blankValue);
  const names = specs.map((spec) => spec.name);
  const shape = (Object.hasOwn(boundShapes, names.join()) ? boundShapes[names.join()] : undefined) ?? shapeOf(names);
  const wrongCount = () =>
    new ArgumentFault('ERR', `wrong number of arguments for '${command.toLowerCase().replace(' ', '|')}' command`);

  return (request: Request, limits: ArgumentLimits): Bound | ArgumentFault => {
    const count = request.count;
    if (count < leastWords) return wrongCount();
    for (let slot = 0; slot < blanks.length; slot++) scratch[slot] = blanks[slot];
    let index = firstArgument;
    for (let i = 0; i < places.length && index < count; i++) {
      const place = places[i] as Place;
      // an optional position may hold the first option's token instead
      if (place.isOptional && options.length > 0 && findOption(options, request, index) >= 0) break;
      const value =
        place.words === null
          ? bindValue(place, place.type, request, index, limits)
          : bindWord(command, place.name, place.words, request, index);
      if (typeof value === 'object') return value;
      scratch[place.slot] = value;
      index++;
    }
    if (rest !== undefined) {
      const width = rest.pair === undefined ? 1 : 2;
      const words = count - index;
      if (words % width !== 0 || words / width < rest.minimum) return wrongCount();
      const fault = checkRun(rest.name, rest.type, rest.pair, request, index, words, limits);
      if (fault !== null) return fault;
      scratch[restSlot] = { first: index, count: words / width };
      return shape(scratch);
    }
    let seen = 0;
    while (index < count) {
      const at = findOption(options, request, index);
      if (at < 0) return options.length === 0 ? wrongCount() : unknownOption(command, options, request, index);
      const option = options[at] as Option;
      if ((seen & (1 << at)) !== 0)
        return new ArgumentFault('ERR', `syntax error: ${usage(option)} of '${command}' is given twice`);
      seen |= 1 << at;
      const next = bindOption(command, option, request, index, limits);
      if (typeof next === 'object') return next;
      index = next;
    }
    for (let i = 0; i < options.length; i++) {
      const option = options[i] as Option;
      if (option.isRequired && (seen & (1 << i)) === 0)
        return new ArgumentFault('ERR', `syntax error: '${command}' wants ${usage(option)}`);
    }
    return shape(scratch);
  };
}

function placeOf(spec: ArgumentSpec, slot: number): Place[] {
  if (spec.kind !== 'positional' && spec.kind !== 'word') return [];
  const isWord = spec.kind === 'word';
  return [
    {
      slot,
      name: spec.name,
      isOptional: spec.optional === true,
      type: isWord ? 'text' : spec.type,
      words: isWord ? spec.words : null,
      minimum: isWord ? undefined : spec.minimum,
      maximum: isWord ? undefined : spec.maximum,
    },
  ];
}

function optionOf(spec: ArgumentSpec, slot: number): Option[] {
  if (spec.kind === 'positional' || spec.kind === 'word' || spec.kind === 'rest') return [];
  const hasType = spec.kind === 'option' || spec.kind === 'counted';
  return [
    {
      slot,
      name: spec.name,
      kind: spec.kind,
      tokens: spec.kind === 'choice' ? spec.tokens : [spec.token],
      isRequired: hasType && spec.required === true,
      type: hasType ? spec.type : 'text',
      pair: spec.kind === 'counted' ? spec.pair : undefined,
      minimum: spec.kind === 'option' ? spec.minimum : undefined,
      maximum: spec.kind === 'option' ? spec.maximum : undefined,
    },
  ];
}

function blankValue(spec: ArgumentSpec): unknown {
  if (spec.kind === 'flag') return false;
  if (spec.kind === 'rest' || spec.kind === 'counted') return noRun;
  if (spec.kind === 'word' || spec.kind === 'choice' || spec.type === 'integer') return undefined;
  return 0;
}

/** Makes bound objects for names that are not in the table: specs of plugins and of tests. */
function shapeOf(names: readonly string[]): (values: readonly unknown[]) => Bound {
  return (values) => Object.fromEntries(names.map((name, slot) => [name, values[slot]]));
}

function findOption(options: readonly Option[], request: Request, index: number): number {
  for (let i = 0; i < options.length; i++) {
    const tokens = (options[i] as Option).tokens;
    for (let j = 0; j < tokens.length; j++) if (request.isToken(index, tokens[j] as string)) return i;
  }
  return -1;
}

function bindWord(command: string, name: string, words: readonly string[], request: Request, index: number) {
  for (let i = 0; i < words.length; i++) if (request.isToken(index, words[i] as string)) return words[i] as string;
  return new ArgumentFault('ERR', `${name} of '${command}' is one of ${words.join(' ')}`);
}

/** Binds the option whose token stands at `index`; answers the index behind it. */
function bindOption(
  command: string,
  option: Option,
  request: Request,
  index: number,
  limits: ArgumentLimits,
): number | ArgumentFault {
  if (option.kind === 'flag') {
    scratch[option.slot] = true;
    return index + 1;
  }
  if (option.kind === 'choice') {
    scratch[option.slot] = option.tokens.find((token) => request.isToken(index, token));
    return index + 1;
  }
  if (option.kind === 'option') {
    if (index + 1 >= request.count)
      return new ArgumentFault('ERR', `syntax error: ${usage(option)} of '${command}' wants a value`);
    const value = bindValue(option, option.type, request, index + 1, limits);
    if (typeof value === 'object') return value;
    scratch[option.slot] = value;
    return index + 2;
  }
  const hasCount = index + 1 < request.count;
  const count = hasCount ? parseInteger(request.buffer, request.start(index + 1), request.end(index + 1)) : Number.NaN;
  const width = option.pair === undefined ? 1 : 2;
  if (!(count >= 1) || count * width > request.count - index - 2)
    return new ArgumentFault(
      'ERR',
      `syntax error: ${usage(option)} of '${command}' wants a count and that many ${width === 2 ? 'names and values' : 'names'}`,
    );
  const fault = checkRun(option.name, option.type, option.pair, request, index + 2, count * width, limits);
  if (fault !== null) return fault;
  scratch[option.slot] = { first: index + 2, count };
  return index + 2 + count * width;
}

function usage(option: Option): string {
  return option.tokens.join('|');
}

/** Names the place of the wrong word and not the word, which may be data or a password. */
function unknownOption(command: string, options: readonly Option[], request: Request, index: number): ArgumentFault {
  const tokens = options.flatMap((option) => option.tokens);
  const near = request.length(index) <= 16 ? nearestWord(request.text(index), tokens) : undefined;
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return new ArgumentFault(
    'ERR',
    `syntax error: word ${index + 1} of '${command}' is no option (${options.map(usage).join(' ')})${hint}`,
  );
}
