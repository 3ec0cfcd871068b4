// The client's methods as types, computed from the command table: positional arguments become parameters, everything
// behind a token one options object, the reply schema the promised value. `command-methods.ts` is the same at run time.
import type { ArgumentSpec, ArgumentType, CommandSpec, Commands, ReplySchema } from '@msession/protocol';
import type { CallOptions, Encoding } from './options.js';

/** Ids, names and short texts: UTF-8 text or bytes. */
export type TextInput = string | Uint8Array;
/** Values and data: text, bytes, or a number sent in decimal. */
export type BytesInput = string | Uint8Array | number | bigint;
/** Names and values: an object, a Map, or any iterable of twos. */
export type PairsInput<Item, Value> = Readonly<Record<string, Value>> | Iterable<readonly [Item, Value]>;
/** One item or a list of them. */
export type ListInput<Item> = Item | readonly Item[];

export type ArgumentInput<Type extends ArgumentType> = Type extends 'integer'
  ? number
  : Type extends 'number'
    ? number | bigint | string
    : Type extends 'bytes'
      ? BytesInput
      : TextInput;

type RunInput<Argument> = Argument extends {
  type: infer Item extends ArgumentType;
  pair: infer Value extends ArgumentType;
}
  ? PairsInput<ArgumentInput<Item>, ArgumentInput<Value>>
  : Argument extends { type: infer Item extends ArgumentType }
    ? ListInput<ArgumentInput<Item>>
    : never;

type ArgumentValue<Argument> = Argument extends { kind: 'rest' | 'counted' }
  ? RunInput<Argument>
  : Argument extends { kind: 'word'; words: readonly (infer Word extends string)[] }
    ? Word | Lowercase<Word>
    : Argument extends { kind: 'choice'; tokens: readonly (infer Token extends string)[] }
      ? Token | Lowercase<Token>
      : Argument extends { kind: 'flag' }
        ? boolean
        : Argument extends { type: infer Type extends ArgumentType }
          ? ArgumentInput<Type>
          : never;

/** Parameter names as editors show them; tuple labels cannot be computed, so each name stands here once. */
export interface ParameterLabels<Value> {
  id: [id: Value];
  newId: [newId: Value];
  name: [name: Value];
  value: [value: Value];
  default: [defaultValue: Value];
  variables: [variables: Value];
  names: [names: Value];
  amount: [amount: Value];
  multiplier: [multiplier: Value];
  divisor: [divisor: Value];
  data: [data: Value];
  key: [key: Value];
  what: [what: Value];
  length: [length: Value];
  idleSeconds: [idleSeconds: Value];
  timeoutSeconds: [timeoutSeconds: Value];
  parameter: [parameter: Value];
  parameters: [parameters: Value];
  function: [functionName: Value];
  message: [message: Value];
  database: [database: Value];
  sections: [sections: Value];
  words: [words: Value];
  patterns: [patterns: Value];
  settings: [settings: Value];
  count: [count: Value];
  attribute: [attribute: Value];
  state: [state: Value];
  address: [address: Value];
}

type Labelled<Name, Value> = Name extends keyof ParameterLabels<Value>
  ? ParameterLabels<Value>[Name]
  : [argument: Value];

type IsOptional<Argument> = Argument extends { optional: true } | { kind: 'rest'; minimum: 0 } ? true : false;

type PositionalKinds = 'positional' | 'word' | 'rest';

/** Parameters of the arguments by position: the required ones, or the optional ones behind them. */
export type PositionParameters<
  Arguments extends readonly ArgumentSpec[],
  Optional extends boolean,
> = Arguments extends readonly [infer First extends ArgumentSpec, ...infer Rest extends readonly ArgumentSpec[]]
  ? First extends { kind: PositionalKinds }
    ? IsOptional<First> extends Optional
      ? Optional extends true
        ? [...Partial<Labelled<First['name'], ArgumentValue<First> | undefined>>, ...PositionParameters<Rest, Optional>]
        : [...Labelled<First['name'], ArgumentValue<First>>, ...PositionParameters<Rest, Optional>]
      : PositionParameters<Rest, Optional>
    : PositionParameters<Rest, Optional>
  : [];

type OptionKinds = 'option' | 'flag' | 'choice' | 'counted';
type OptionArguments<Spec extends CommandSpec> = Exclude<
  Extract<Spec['arguments'][number], { kind: OptionKinds }>,
  { name: WithheldOption<Spec> }
>;

/** Options that the client sets itself: the grant of an ASYNC lock is pushed, and `lock()` waits for it. */
type WithheldOption<Spec extends CommandSpec> = Spec['name'] extends 'SLOCK' ? 'async' : never;

type GuardedOptions<Spec extends CommandSpec> = Spec extends { guardedForm: readonly ArgumentSpec[] }
  ? {
      readonly [Argument in Extract<Spec['guardedForm'][number], { kind: 'option' }> as Argument['name']]?:
        | ArgumentValue<Argument>
        | undefined;
    }
  : unknown;

type RequiredOptionNames<Spec extends CommandSpec> = Extract<OptionArguments<Spec>, { required: true }>['name'];

/** The options object of a command: its own options, and those of every call. */
export type CommandOptions<Spec extends CommandSpec> = {
  readonly [Argument in Exclude<OptionArguments<Spec>, { required: true }> as Argument['name']]?:
    | ArgumentValue<Argument>
    | undefined;
} & {
  readonly [Argument in Extract<
    OptionArguments<Spec>,
    { required: true }
  > as Argument['name']]: ArgumentValue<Argument>;
} & GuardedOptions<Spec> &
  CallOptions;

/** A reply whose shape the table leaves open, and values of commands made by plugins. */
export type LooseReply<E extends Encoding> =
  | null
  | boolean
  | number
  | bigint
  | string
  | TextOf<E>
  | readonly LooseReply<E>[]
  | ReadonlyMap<string, LooseReply<E>>;

/** How bytes come back: text, or Buffer. */
export type TextOf<E extends Encoding> = E extends 'buffer' ? Buffer : string;

/** The JavaScript value of a reply schema. Maps keep the server's order, so they are `Map`s, not objects. */
export type ReplyOf<Schema, E extends Encoding> = Schema extends { type: 'ok' }
  ? 'OK'
  : Schema extends { type: 'text' }
    ? string
    : Schema extends { type: 'bytes' }
      ? TextOf<E>
      : Schema extends { type: 'integer' }
        ? number
        : Schema extends { type: 'null' }
          ? null
          : Schema extends { type: 'any' }
            ? LooseReply<E>
            : Schema extends { type: 'array'; items: infer Item }
              ? ReplyOf<Item, E>[]
              : Schema extends { type: 'tuple'; items: infer Items }
                ? { -readonly [Index in keyof Items]: ReplyOf<Items[Index], E> }
                : Schema extends { type: 'map'; keys: infer Keys; values: infer Value }
                  ? Map<Keys extends 'bytes' ? TextOf<E> : string, ReplyOf<Value, E>>
                  : Schema extends { type: 'record'; fields: infer Fields }
                    ? { -readonly [Name in keyof Fields]: ReplyOf<Fields[Name], E> }
                    : Schema extends { type: 'oneOf'; of: readonly (infer One)[] }
                      ? ReplyOf<One, E>
                      : never;

/** Where the table says "this or a tuple", the option that makes it the tuple. */
export interface TupleOptions {
  DATAGET: 'withRevision';
  SLOCK: 'withData';
  LIST: 'cursor';
}

type NarrowedSchema<Spec extends CommandSpec, Options> = Spec['reply'] extends {
  type: 'oneOf';
  of: readonly (infer One extends ReplySchema)[];
}
  ? Spec['name'] extends keyof TupleOptions
    ? Options extends { readonly [Key in TupleOptions[Spec['name']]]: infer Given }
      ? Given extends false | undefined
        ? Exclude<One, { type: 'tuple' }>
        : boolean extends Given
          ? One
          : Extract<One, { type: 'tuple' }>
      : TupleOptions[Spec['name']] extends keyof Options
        ? One
        : Exclude<One, { type: 'tuple' }>
    : One
  : Spec['reply'];

type EncodingFor<Options, E extends Encoding> = Options extends { readonly encoding: infer Given extends Encoding }
  ? Given
  : E;

type Answer<Spec extends CommandSpec, Options, E extends Encoding> = ReplyOf<
  NarrowedSchema<Spec, Options>,
  EncodingFor<Options, E>
>;

/** The given options, with a misspelt one made an error although the type is inferred. */
type Checked<Options, Spec extends CommandSpec> = Options & {
  readonly [Unknown in Exclude<keyof Options, keyof CommandOptions<Spec>>]: never;
};

/** Stands for a call without options; no object is of this type by accident. */
interface NoOptions {
  readonly [noOptions]?: never;
}
declare const noOptions: unique symbol;

type Signature<Arguments extends unknown[], Spec extends CommandSpec, E extends Encoding> = [
  RequiredOptionNames<Spec>,
] extends [never]
  ? <const Options extends CommandOptions<Spec> | NoOptions = NoOptions>(
      ...parameters: [...Arguments, options?: Checked<Options, Spec>]
    ) => Promise<Answer<Spec, Options, E>>
  : <const Options extends CommandOptions<Spec>>(
      ...parameters: [...Arguments, options: Checked<Options, Spec>]
    ) => Promise<Answer<Spec, Options, E>>;

type RequiredParameters<Spec extends CommandSpec> = PositionParameters<Spec['arguments'], false>;
type OptionalParameters<Spec extends CommandSpec> = PositionParameters<Spec['arguments'], true>;

/** One command as a method. Where an argument by position is optional, the options may take its place. */
export type CommandMethod<Spec extends CommandSpec, E extends Encoding> =
  OptionalParameters<Spec> extends []
    ? Signature<RequiredParameters<Spec>, Spec, E>
    : Signature<RequiredParameters<Spec>, Spec, E> &
        Signature<[...RequiredParameters<Spec>, ...OptionalParameters<Spec>], Spec, E>;

/**
 * Commands without a method, because they change what the connection is: the client sends them itself
 * (`createClient` options, `client.events`, `client.monitor()`, `client.lock()`, `client.close()`).
 */
export type ConnectionCommand = 'HELLO' | 'AUTH' | 'QUIT' | 'RESET' | 'MONITOR' | 'EVENTS' | 'SCANCEL';

type TopSpec = Commands[Exclude<keyof Commands, ConnectionCommand>];
type Subspec = TopSpec extends infer Spec
  ? Spec extends { subcommands: readonly (infer Sub)[] }
    ? Sub
    : never
  : never;
/** A container that does nothing by itself (`CLIENT`, `CONFIG`) has no method. */
type BareContainer = Extract<TopSpec, { subcommands: readonly CommandSpec[]; reply: { type: 'any' } }>;
export type CallableSpec = Extract<Exclude<TopSpec, BareContainer> | Subspec, CommandSpec>;

type PascalCase<Words extends string> = Words extends `${infer Head}-${infer Tail}`
  ? `${PascalCase<Head>}${PascalCase<Tail>}`
  : Capitalize<Lowercase<Words>>;

/** `SETVAL` is `setval`, `CLIENT NO-EVICT` is `clientNoEvict`. */
export type MethodName<Name extends string> = Name extends `${infer Container} ${infer Sub}`
  ? `${Lowercase<Container>}${PascalCase<Sub>}`
  : Lowercase<Name>;

/** Every command of the table as a method of the client. */
export type CommandMethods<E extends Encoding> = {
  readonly [Spec in CallableSpec as MethodName<Spec['name']>]: CommandMethod<Spec, E>;
};
