// Requests as words, from the command table: nearly right ones first, then with words taken away, doubled, exchanged,
// lengthened and replaced.
import { type ArgumentSpec, type ArgumentType, type CommandSpec, commandList } from '@msession/protocol';
import type { Random } from './random.js';

export type Word = string | Buffer;

/** Each as often as the others, but those that answer with the whole table less often: they would take half of the time. */
const all: readonly CommandSpec[] = commandList.flatMap((spec: CommandSpec) => {
  const forms = [spec, ...(spec.subcommands ?? [])];
  return spec.name === 'COMMAND' ? forms : Array.from({ length: 8 }, () => forms).flat();
});

/** Ids that requests share, so that they meet each other's sessions; `canary-n` are those that must not change. */
const ids = [
  ...Array.from({ length: 40 }, (_, i) => `s${i}`),
  ...Array.from({ length: 10 }, (_, i) => `s${i}/child`),
  ...Array.from({ length: 10 }, (_, i) => `canary-${i}`),
  'globals',
];
const names = ['user', 'cart', 'n', 'm', 'a b', 'naïve', '__proto__', 'constructor', 'x'.repeat(255)];
const values = [
  '',
  '0',
  '1',
  '-1',
  '41',
  '3.5',
  'ada',
  'ünïcode',
  '\r\n',
  '\0',
  '*1\r\n$4\r\nPING\r\n',
  'y'.repeat(300),
];
const integers = ['0', '1', '2', '-1', '60', '3600', '2147483648', '9007199254740991', '9007199254740992'];
const numbers = [
  ...integers,
  '9223372036854775807',
  '-9223372036854775808',
  '1e308',
  '0.1',
  'NaN',
  '0x10',
  '1_0',
  ' 1',
];
const nasty: readonly Word[] = [
  ...['', ' ', '\0', '\r\n', '-', '+1', '-0', '1e400', '18446744073709551616', 'NaN', 'Infinity', '__proto__', 'a/b/c'],
  ...['KEY', 'IFREV', 'VARS', 'UNSET', 'WITH', 'CURSOR', 'LIMIT', 'XX', 'NX', '$-1', '*', '%s%n', '../../etc/passwd'],
  Buffer.from([0xff, 0xfe, 0x00, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  'i'.repeat(255),
  'i'.repeat(256),
  'v'.repeat(8193),
];

/** A request of some command, mutated or, one in four, as it should be. */
export function someRequest(random: Random): Word[] {
  const words = plainRequest(random, random.pick(all));
  if (random.isLikely(0.25)) return words;
  for (let i = 1 + random.below(3); i > 0 && words.length > 0; i--) mutate(random, words);
  return words.length === 0 ? [random.pick(nasty)] : words;
}

/** A request that fits the spec, as far as that can be without knowing what the server holds. */
export function plainRequest(random: Random, spec: CommandSpec): Word[] {
  const words: Word[] = spec.name.split(' ').map((word) => (random.isLikely(0.2) ? word.toLowerCase() : word));
  const form = spec.guardedForm !== undefined && random.isLikely(0.3) ? spec.guardedForm : spec.arguments;
  for (const argument of form) addArgument(random, words, argument);
  return words;
}

function addArgument(random: Random, words: Word[], argument: ArgumentSpec): void {
  switch (argument.kind) {
    case 'positional':
      if (argument.optional !== true || random.isLikely(0.6)) words.push(argumentOf(random, argument.type));
      return;
    case 'word':
      if (argument.optional !== true || random.isLikely(0.6)) words.push(random.pick(argument.words));
      return;
    case 'rest':
      for (let i = argument.minimum + random.below(3); i > 0; i--) addItem(random, words, argument);
      return;
    case 'option':
      if (argument.required !== true && random.isLikely(0.65)) return;
      words.push(
        argument.token,
        argument.token === 'WAIT' ? String(random.below(3)) : argumentOf(random, argument.type),
      );
      return;
    case 'flag':
      if (random.isLikely(0.3)) words.push(argument.token);
      return;
    case 'choice':
      if (random.isLikely(0.3)) words.push(random.pick(argument.tokens));
      return;
    case 'counted': {
      if (argument.required !== true && random.isLikely(0.65)) return;
      const count = 1 + random.below(3);
      words.push(argument.token, String(count));
      for (let i = 0; i < count; i++) addItem(random, words, argument);
    }
  }
}

function addItem(random: Random, words: Word[], item: { readonly type: ArgumentType; readonly pair?: ArgumentType }) {
  words.push(argumentOf(random, item.type));
  if (item.pair !== undefined) words.push(argumentOf(random, item.pair));
}

function argumentOf(random: Random, type: ArgumentType): Word {
  switch (type) {
    case 'id':
      return random.pick(ids);
    case 'subId':
      return 'child';
    case 'name':
      return random.pick(names);
    case 'integer':
      return random.pick(integers);
    case 'number':
      return random.pick(numbers);
    default:
      return random.pick(values);
  }
}

function mutate(random: Random, words: Word[]): void {
  const at = random.below(words.length);
  switch (random.below(9)) {
    case 0:
      words.splice(at, 1);
      return;
    case 1:
      words.splice(at, 0, words[at] ?? '');
      return;
    case 2:
      words[at] = random.pick(nasty);
      return;
    case 3:
      words.push(random.pick(nasty));
      return;
    case 4: {
      const other = random.below(words.length);
      const word = words[at] as Word;
      words[at] = words[other] as Word;
      words[other] = word;
      return;
    }
    case 5: {
      const bytes = Buffer.from(words[at] ?? '');
      if (bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
      words[at] = bytes;
      return;
    }
    case 6:
      words[at] = Buffer.concat([Buffer.from(words[at] ?? ''), Buffer.from(random.pick(nasty))]);
      return;
    case 7:
      words[at] = random.pick(numbers);
      return;
    default:
      // rarely something large
      words[at] = random.isLikely(0.02) ? Buffer.alloc(70_000, 'z') : Buffer.from(words[at] ?? '').subarray(1);
  }
}
