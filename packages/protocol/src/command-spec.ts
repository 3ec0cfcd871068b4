// The vocabulary in which a command is described. A spec is data: argument checking, COMMAND, COMMAND DOCS, the
// client's methods, docs/protocol.md and the PHP client's constants are all derived from it, and nothing lists the
// commands a second time.
import type { ErrorCode } from './error-codes.js';

/**
 * What an argument may hold.
 * - `id`: a session id, 1 to 255 bytes, no control characters, at most one `/`
 * - `subId`: the part of a sub-session's id behind the `/`
 * - `name`: a variable name, 1 to 255 bytes, no control characters
 * - `bytes`: a value or data, any bytes, up to the server's `max-value-size`
 * - `text`: short free text (notes, patterns, function names), UTF-8, up to 8192 bytes
 * - `integer`: a decimal integer, exact within 2^53
 * - `number`: an operand of arithmetic; kept as bytes, read exactly by the engine
 */
export type ArgumentType = 'id' | 'subId' | 'name' | 'bytes' | 'text' | 'integer' | 'number';

interface ArgumentBase {
  /** Name in bound arguments, client options and documentation; camelCase, units included. */
  readonly name: string;
  readonly summary?: string;
}

/** One argument by position. Optional ones stand behind all required ones. */
export interface PositionalArgument extends ArgumentBase {
  readonly kind: 'positional';
  readonly type: ArgumentType;
  readonly optional?: true;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** One of a closed set of words, by position; compared without regard to case, bound in upper case. */
export interface WordArgument extends ArgumentBase {
  readonly kind: 'word';
  readonly words: readonly string[];
  readonly optional?: true;
}

/** The remaining arguments, `minimum` or more of them; with `pair`, twos of name and value. Always last. */
export interface RestArgument extends ArgumentBase {
  readonly kind: 'rest';
  readonly type: ArgumentType;
  readonly pair?: ArgumentType;
  readonly minimum: number;
}

/** `TOKEN value`, anywhere behind the positional arguments, at most once. */
export interface OptionArgument extends ArgumentBase {
  readonly kind: 'option';
  readonly token: string;
  readonly type: ArgumentType;
  readonly required?: true;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** `TOKEN`, anywhere behind the positional arguments; true when given. */
export interface FlagArgument extends ArgumentBase {
  readonly kind: 'flag';
  readonly token: string;
}

/** One of several tokens that exclude each other (`XX` or `NX`); bound as the upper-cased token. */
export interface ChoiceArgument extends ArgumentBase {
  readonly kind: 'choice';
  readonly tokens: readonly string[];
}

/** `TOKEN n item …`: a counted list; with `pair`, n twos of item and value. */
export interface CountedArgument extends ArgumentBase {
  readonly kind: 'counted';
  readonly token: string;
  readonly type: ArgumentType;
  readonly pair?: ArgumentType;
  readonly required?: true;
}

export type ArgumentSpec =
  | PositionalArgument
  | WordArgument
  | RestArgument
  | OptionArgument
  | FlagArgument
  | ChoiceArgument
  | CountedArgument;

/**
 * - `read` / `write` / `admin` / `connection`: the right that a user needs (`connection`: none)
 * - `blocking`: the reply may wait, and later commands of the connection with it
 * - `idempotent`: asking twice has the effect and the answer of asking once, so a lost reply may be asked for again
 * - `beforeAuth`: allowed before a password was given
 */
export type CommandFlag = 'read' | 'write' | 'admin' | 'connection' | 'blocking' | 'idempotent' | 'beforeAuth';

/** The shape of a successful reply. `rev` and lock keys are integers below 2^53. */
export type ReplySchema =
  | { readonly type: 'ok' }
  | { readonly type: 'text' }
  | { readonly type: 'bytes' }
  | { readonly type: 'integer' }
  | { readonly type: 'null' }
  | { readonly type: 'any' }
  | { readonly type: 'array'; readonly items: ReplySchema }
  | { readonly type: 'tuple'; readonly items: readonly ReplySchema[] }
  /** RESP3 map, RESP2 flat array of key, value, key, value. */
  | { readonly type: 'map'; readonly keys: 'text' | 'bytes'; readonly values: ReplySchema }
  /** A map with known keys. */
  | { readonly type: 'record'; readonly fields: Readonly<Record<string, ReplySchema>> }
  | { readonly type: 'oneOf'; readonly of: readonly ReplySchema[] };

export type CommandGroup =
  | 'sessions'
  | 'variables'
  | 'data'
  | 'locks'
  | 'search'
  | 'sub-sessions'
  | 'plugins'
  | 'connection'
  | 'server';

export interface CommandSpec {
  /** Upper case; a subcommand is `CONTAINER SUB`. */
  readonly name: string;
  readonly group: CommandGroup;
  readonly since: string;
  /** Who answers: the engine (sessions) or the server (connections, administration). */
  readonly handledBy: 'engine' | 'server';
  readonly summary: string;
  /** What the reference page says beyond the summary; Markdown. */
  readonly details?: string;
  /** Words of the original's documentation or API that this command comes from, where there is one. */
  readonly origin?: string;
  readonly flags: readonly CommandFlag[];
  readonly arguments: readonly ArgumentSpec[];
  /**
   * A second form, taken when the third and fifth words of the request are the tokens of the form's two options. Used
   * by SETVAL and DELVAL for `KEY k VARS n …`, whose plain forms have no room for options. What looks like the guarded
   * form and is wrong is refused, not read as the plain form.
   */
  readonly guardedForm?: readonly ArgumentSpec[];
  readonly subcommands?: readonly CommandSpec[];
  readonly reply: ReplySchema;
  /** Codes this command answers beside those every command may (`ERR`, `NOAUTH`, `NOPERM`, `BADLEN`, `UNAVAILABLE`). */
  readonly errors: readonly ErrorCode[];
  readonly complexity?: string;
  /** One request line as typed at a prompt, and what it answers. */
  readonly example?: { readonly request: string; readonly reply: string };
}

/** Keeps the literal types of a spec, from which the client's method types are computed. */
export function defineCommand<const Spec extends CommandSpec>(spec: Spec): Spec {
  return spec;
}
