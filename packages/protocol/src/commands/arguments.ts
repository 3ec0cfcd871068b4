// Short constructors for argument specs, so that a command's file reads like its line in the reference.
import type { ArgumentType } from '../command-spec.js';

export const session = { kind: 'positional', name: 'id', type: 'id', summary: 'the session' } as const;
export const newSession = { kind: 'positional', name: 'newId', type: 'id', summary: 'the id to be' } as const;

export const positional = <const Name extends string, const Type extends ArgumentType>(
  name: Name,
  type: Type,
  summary: string,
) => ({ kind: 'positional', name, type, summary }) as const;

export const optional = <const Name extends string, const Type extends ArgumentType>(
  name: Name,
  type: Type,
  summary: string,
) => ({ kind: 'positional', name, type, summary, optional: true }) as const;

export const option = <const Token extends string, const Name extends string, const Type extends ArgumentType>(
  token: Token,
  name: Name,
  type: Type,
  summary: string,
) => ({ kind: 'option', token, name, type, summary }) as const;

export const flag = <const Token extends string, const Name extends string>(
  token: Token,
  name: Name,
  summary: string,
) => ({ kind: 'flag', token, name, summary }) as const;

export const classOption = option('CLASS', 'className', 'bytes', 'the class name stored beside the data');
export const dataOption = option('DATA', 'data', 'bytes', 'the unstructured data');
export const timeoutOption = option(
  'TIMEOUT',
  'timeoutSeconds',
  'integer',
  'seconds of life after each access; 0 never expires, below 0 the default; absent keeps what is in force',
);
export const variablesOption = {
  kind: 'counted',
  token: 'VARS',
  name: 'variables',
  type: 'name',
  pair: 'bytes',
  summary: 'variables set in the same step',
} as const;
export const unsetOption = {
  kind: 'counted',
  token: 'UNSET',
  name: 'unset',
  type: 'name',
  summary: 'variables removed in the same step',
} as const;
export const ifRevOption = {
  kind: 'option',
  token: 'IFREV',
  name: 'ifRev',
  type: 'integer',
  minimum: 0,
  summary: 'write only if the data still has this revision; 0: only if there is no data yet',
} as const;
export const keyOption = {
  kind: 'option',
  token: 'KEY',
  name: 'key',
  type: 'integer',
  minimum: 0,
  summary: 'write only if this key holds the lock',
} as const;
