// From a command line (`msession slock visit-1 --wait 5000 --create`) to the words of a request
// (`SLOCK visit-1 WAIT 5000 CREATE`). Words in the server's own form pass through as they are.
import type { ArgumentSpec, CommandSpec } from '@msession/protocol';

export type Word = string | Buffer;

/** Why a command line does not fit its command. */
export class UsageFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageFault';
  }
}

type OptionValues = Readonly<Record<string, unknown>>;

/** The attribute under which commander keeps an option's value: that of `--wait` is `wait`. */
export function optionKey(token: string): string {
  return token.toLowerCase();
}

/** @throws UsageFault when words are missing or a list is not written `name=value` */
export function requestWords(spec: CommandSpec, words: readonly Word[], options: OptionValues): Word[] {
  requireWords(spec, words);
  const name = spec.name.split(' ');
  const guard = spec.guardedForm?.find((argument) => argument.kind === 'option');
  if (guard !== undefined && options[optionKey(guard.token)] !== undefined)
    return [...name, ...guardedWords(spec.guardedForm ?? [], guard, words, options)];
  return [...name, ...words, ...spec.arguments.flatMap((argument) => optionWords(argument, options))];
}

function requireWords(spec: CommandSpec, words: readonly Word[]): void {
  const missing = spec.arguments.find((argument, index) => {
    if (argument.kind === 'positional' || argument.kind === 'word')
      return argument.optional !== true && index >= words.length;
    if (argument.kind !== 'rest') return false;
    return words.length - index < argument.minimum * (argument.pair === undefined ? 1 : 2);
  });
  if (missing !== undefined) throw new UsageFault(`${spec.name.toLowerCase()} wants ${missing.name}`);
}

/** `SETVAL id KEY k VARS 1 name value`: what was typed as a plain list becomes the counted one. */
function guardedWords(
  form: readonly ArgumentSpec[],
  guard: ArgumentSpec & { kind: 'option' },
  words: readonly Word[],
  options: OptionValues,
): Word[] {
  const [id = '', ...items] = words;
  const list = form.find((argument) => argument.kind === 'counted');
  const width = list?.pair === undefined ? 1 : 2;
  if (items.length % width !== 0) throw new UsageFault('a name lacks its value');
  return [
    id,
    guard.token,
    String(options[optionKey(guard.token)]),
    ...(list === undefined ? [] : [list.token, String(items.length / width), ...items]),
  ];
}

function optionWords(argument: ArgumentSpec, options: OptionValues): Word[] {
  if (argument.kind === 'choice')
    return argument.tokens.filter((token) => options[optionKey(token)] === true).map((token) => token);
  if (!('token' in argument)) return [];
  const value = options[optionKey(argument.token)];
  if (value === undefined || value === false) return [];
  if (argument.kind === 'flag') return [argument.token];
  if (argument.kind === 'option') return [argument.token, String(value)];
  const items = (value as readonly string[]).flatMap((item) => (argument.pair === undefined ? [item] : pairOf(item)));
  return [argument.token, String(items.length / (argument.pair === undefined ? 1 : 2)), ...items];
}

function pairOf(item: string): [string, string] {
  const at = item.indexOf('=');
  if (at < 1) throw new UsageFault(`write name=value, not '${item.slice(0, 40)}'`);
  return [item.slice(0, at), item.slice(at + 1)];
}
