// Commands as people type them: found in the table by words in any case, or by a short name for the everyday ones.
import { type CommandSpec, commandList } from '@msession/protocol';

/** Short names, and what they stand for. `get` alone stands for two, see `resolveAlias`. */
export const aliases: Readonly<Record<string, string>> = {
  set: 'SETVAL',
  get: 'GETVAL',
  del: 'DELVAL',
  all: 'GETALL',
  data: 'DATAGET',
  write: 'DATASET',
  show: 'GETOBJECT',
  destroy: 'DROP',
  lock: 'SLOCK',
  unlock: 'SUNLOCK',
  extend: 'SEXTEND',
};

/** The command an alias stands for: `get id` without a name asks for all variables. */
export function resolveAlias(word: string, argumentCount: number): string | undefined {
  const name = aliases[word.toLowerCase()];
  return name === 'GETVAL' && argumentCount === 1 ? 'GETALL' : name;
}

export interface FoundCommand {
  readonly spec: CommandSpec;
  /** Words that name the command: 1, or 2 for a subcommand. */
  readonly words: number;
}

/** The command that words begin with, in any case; a subcommand where there is one. */
export function findCommand(words: readonly string[]): FoundCommand | undefined {
  const first = (words[0] ?? '').toUpperCase();
  const spec = commandList.find(({ name }) => name === first);
  if (spec === undefined) return undefined;
  const full = `${first} ${(words[1] ?? '').toUpperCase()}`;
  const sub = spec.subcommands?.find(({ name }) => name === full);
  return sub === undefined ? { spec, words: 1 } : { spec: sub, words: 2 };
}

/** The last word of a command's name: `LIST` of `CLIENT LIST`. */
export function lastWord(spec: CommandSpec): string {
  return spec.name.slice(spec.name.lastIndexOf(' ') + 1);
}
