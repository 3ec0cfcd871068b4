// The client's methods at run time: each spec is compiled once into "parameters to words", and every method is the same
// few lines over it. `command-types.ts` says the same in types.
import { type ArgumentSpec, type CommandSpec, commandList, type ReplyValue } from '@msession/protocol';
import type { CommandMethods, ConnectionCommand } from './command-types.js';
import { ArgumentError } from './errors.js';
import type { CallOptions, Encoding } from './options.js';
import { compileReply, type ReplyReader } from './reply-shape.js';
import type { Word } from './request-words.js';
import { asInteger, asNumber, asText, asValue, listOf, pairsOf } from './request-words.js';

/** A call as the methods hand it on. */
export interface PreparedCall {
  readonly command: string;
  readonly words: readonly Word[];
  readonly isIdempotent: boolean;
  readonly isBlocking: boolean;
  /** Milliseconds the server itself may wait before it answers. */
  readonly waitMs: number;
  readonly options: CallOptions;
  readonly read: ReplyReader;
}

export type Dispatch = (call: PreparedCall) => Promise<unknown>;

const connectionCommands: ReadonlySet<string> = new Set<ConnectionCommand>([
  'HELLO',
  'AUTH',
  'QUIT',
  'RESET',
  'MONITOR',
  'EVENTS',
  'SCANCEL',
]);
const withheldOptions: Readonly<Record<string, readonly string[]>> = { SLOCK: ['async'] };
const callOptionNames: ReadonlySet<string> = new Set([
  'timeoutMs',
  'signal',
  'encoding',
] satisfies (keyof CallOptions)[]);

/** Methods for every command of the table that is not the connection's own. */
export function createCommandMethods<E extends Encoding>(dispatch: Dispatch): CommandMethods<E> {
  const methods: Record<string, (...parameters: unknown[]) => Promise<unknown>> = {};
  for (const spec of callableSpecs()) {
    const prepare = compileCall(spec);
    // no async function: it would put three more promises around each call
    methods[methodName(spec.name)] = (...parameters) => {
      try {
        return dispatch(prepare(parameters));
      } catch (error) {
        return Promise.reject(error);
      }
    };
  }
  return methods as unknown as CommandMethods<E>;
}

/** The specs that have a method, subcommands included. */
export function callableSpecs(): readonly CommandSpec[] {
  return commandList
    .filter((spec) => !connectionCommands.has(spec.name))
    .flatMap((spec) => {
      if (spec.subcommands === undefined) return [spec];
      return spec.reply.type === 'any' ? spec.subcommands : [spec, ...spec.subcommands];
    });
}

/** `CLIENT NO-EVICT` is `clientNoEvict`. */
export function methodName(command: string): string {
  const [first = '', ...others] = command.toLowerCase().split(/[ -]/);
  return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

type PositionSpec = Extract<ArgumentSpec, { kind: 'positional' | 'word' | 'rest' }>;
type OptionSpec = Exclude<ArgumentSpec, PositionSpec>;

const isPosition = (spec: ArgumentSpec): spec is PositionSpec =>
  spec.kind === 'positional' || spec.kind === 'word' || spec.kind === 'rest';
const isOptional = (spec: PositionSpec): boolean =>
  spec.kind === 'rest' ? spec.minimum === 0 : spec.optional === true;

/** Compiles a spec into a function from a method's parameters to the call. It throws ArgumentError. */
export function compileCall(spec: CommandSpec): (parameters: readonly unknown[]) => PreparedCall {
  const method = methodName(spec.name);
  const name = spec.name.split(' ');
  // what a parameter is called in messages is put together once, not in every call
  const named = <Spec extends ArgumentSpec>(argument: Spec) => ({
    argument,
    what: `${argument.name} of ${method}()`,
  });
  const positions = spec.arguments.filter(isPosition).map(named);
  const required = positions.filter(({ argument }) => !isOptional(argument)).length;
  const withheld = withheldOptions[spec.name] ?? [];
  const options = spec.arguments
    .filter((argument): argument is OptionSpec => !isPosition(argument))
    .filter((argument) => !withheld.includes(argument.name))
    .map(named);
  const guarded = spec.guardedForm ?? [];
  const guards = guarded.filter((argument) => argument.kind === 'option').map(named);
  const counted = guarded.filter((argument) => argument.kind === 'counted').map(named)[0];
  const optionNames = [...options, ...guards].map(({ argument }) => argument.name);
  const known = new Set<string>([...optionNames, ...callOptionNames]);
  const isIdempotent = spec.flags.includes('idempotent');
  const isBlocking = spec.flags.includes('blocking');
  const read = compileReply(spec.reply);

  return (parameters) => {
    const { values, given } = splitOptions(parameters, positions.length, required, method);
    for (const key in given)
      if (!known.has(key) && Object.hasOwn(given, key))
        throw new ArgumentError(`${method}() has no option '${key}' (${[...known].join(', ')})`);
    const words: Word[] = [...name];
    const isGuarded = guards.some(({ argument }) => given[argument.name] !== undefined);
    for (let index = 0; index < positions.length; index++) {
      const { argument, what } = positions[index] as (typeof positions)[number];
      const value = values[index];
      if (value === undefined && isOptional(argument)) continue;
      if (argument.kind === 'rest' && isGuarded && counted !== undefined) {
        for (const guard of guards) pushOption(words, guard.argument, given[guard.argument.name], guard.what);
        pushOption(words, counted.argument, value, counted.what);
      } else pushPosition(words, argument, value, what);
    }
    for (const { argument, what } of options) pushOption(words, argument, given[argument.name], what);
    const waitMs = isBlocking && typeof given.waitMs === 'number' ? given.waitMs : 0;
    return { command: spec.name, words, isIdempotent, isBlocking: waitMs > 0, waitMs, options: given, read };
  };
}

type Given = Readonly<Record<string, unknown>> & CallOptions;

/** Parts a method's parameters: those by position, and the options object behind them, if there is one. */
function splitOptions(
  parameters: readonly unknown[],
  positions: number,
  required: number,
  method: string,
): { values: readonly unknown[]; given: Given } {
  if (parameters.length > positions + 1)
    throw new ArgumentError(`${method}() takes ${positions} parameters and options; ${parameters.length} were given`);
  const last = parameters[parameters.length - 1];
  const hasOptions =
    parameters.length > positions || (parameters.length > required && parameters.length > 0 && isPlainObject(last));
  if (!hasOptions) return { values: parameters, given: {} };
  if (last !== undefined && !isPlainObject(last))
    throw new ArgumentError(`${method}() takes ${positions} parameters, and behind them an object of options`);
  return { values: parameters.slice(0, -1), given: (last ?? {}) as Given };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function pushPosition(words: Word[], spec: PositionSpec, value: unknown, what: string): void {
  if (spec.kind === 'word') words.push(oneOf(spec.words, value, what));
  else if (spec.kind === 'positional') words.push(convert(spec.type, value, what));
  else pushRun(words, spec, value, what, spec.minimum);
}

function pushOption(words: Word[], spec: ArgumentSpec, value: unknown, what: string): void {
  if (value === undefined || value === false) {
    if ('required' in spec && spec.required === true) throw new ArgumentError(`${what} is missing`);
    if (value === undefined || spec.kind === 'flag') return;
  }
  if (spec.kind === 'flag') {
    if (value !== true) throw new ArgumentError(`${what} must be true or false`);
    words.push(spec.token);
  } else if (spec.kind === 'choice') words.push(oneOf(spec.tokens, value, what));
  else if (spec.kind === 'option') words.push(spec.token, convert(spec.type, value, what));
  else if (spec.kind === 'counted') {
    const run: Word[] = [];
    pushRun(run, spec, value, what, 0);
    // an empty list is "nothing to set"; the wire has no count of 0
    if (run.length > 0) words.push(spec.token, String(run.length / (spec.pair === undefined ? 1 : 2)), ...run);
    else if (spec.required === true) throw new ArgumentError(`${what} is empty`);
  }
}

function pushRun(
  words: Word[],
  spec: Extract<ArgumentSpec, { kind: 'rest' | 'counted' }>,
  value: unknown,
  what: string,
  minimum: number,
): void {
  const before = words.length;
  if (spec.pair === undefined) for (const item of listOf(value, what)) words.push(convert(spec.type, item, what));
  else
    for (const [item, other] of pairsOf(value, what))
      words.push(convert(spec.type, item, what), convert(spec.pair, other, what));
  if (minimum > 0 && words.length === before) throw new ArgumentError(`${what} is empty`);
}

function oneOf(allowed: readonly string[], value: unknown, what: string): string {
  const word = typeof value === 'string' ? value.toUpperCase() : undefined;
  if (word === undefined || !allowed.includes(word))
    throw new ArgumentError(`${what} must be one of ${allowed.join(', ')}`);
  return word;
}

function convert(type: Extract<ArgumentSpec, { kind: 'positional' }>['type'], value: unknown, what: string): Word {
  if (type === 'integer') return asInteger(value, what);
  if (type === 'number') return asNumber(value, what);
  if (type === 'bytes') return asValue(value, what);
  return asText(value, what);
}

/** What a raw call answers: the decoded value as it came. */
export const rawReply: ReplyReader = (value: ReplyValue) => value;
