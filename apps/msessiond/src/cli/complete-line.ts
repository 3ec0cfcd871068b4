// What Tab offers at the prompt: commands, subcommands, words and options, all from the table.
import { type ArgumentSpec, type CommandSpec, commandList } from '@msession/protocol';
import { aliases, findCommand, lastWord } from './command-names.js';

/** Words of the prompt itself. */
export const promptWords: readonly string[] = ['help', 'exit'];

/** Candidates for the last word of a line, and that word: what node's readline wants of a completer. */
export function completeLine(line: string): [candidates: string[], word: string] {
  const words = line.split(/\s+/).filter((word) => word !== '');
  const isNewWord = line === '' || /\s$/.test(line);
  const word = isNewWord ? '' : (words.pop() ?? '');
  const candidates = candidatesBehind(words).map((candidate) => asTyped(candidate, word, line));
  const matching = candidates.filter((candidate) => candidate.toLowerCase().startsWith(word.toLowerCase()));
  return [matching.map((candidate) => `${candidate} `), word];
}

function candidatesBehind(words: readonly string[]): readonly string[] {
  if (words.length === 0) return [...commandList.map(({ name }) => name), ...Object.keys(aliases), ...promptWords];
  if (words[0]?.toLowerCase() === 'help') return helpCandidates(words.slice(1));
  const first = words[0] as string;
  const found = findCommand([aliases[first.toLowerCase()] ?? first, ...words.slice(1)]);
  if (found === undefined) return [];
  if (found.spec.subcommands !== undefined) return words.length === 1 ? found.spec.subcommands.map(lastWord) : [];
  return argumentCandidates(found.spec, words.slice(found.words));
}

function helpCandidates(words: readonly string[]): readonly string[] {
  if (words.length === 0) return commandList.map(({ name }) => name);
  return words.length === 1 ? (findCommand(words)?.spec.subcommands?.map(lastWord) ?? []) : [];
}

function argumentCandidates(spec: CommandSpec, given: readonly string[]): readonly string[] {
  const positionals = spec.arguments.filter((argument) => argument.kind === 'positional' || argument.kind === 'word');
  const here = positionals[given.length];
  const words = here?.kind === 'word' ? here.words : [];
  const isRequired = here !== undefined && here.optional !== true;
  if (isRequired) return words;
  const used = new Set(given.map((word) => word.toUpperCase()));
  const last = spec.arguments.find((argument) => 'token' in argument && argument.token === given.at(-1)?.toUpperCase());
  // behind `WAIT` stands its value, not another option
  if (last?.kind === 'option' || last?.kind === 'counted') return [];
  return [...words, ...spec.arguments.flatMap(tokensOf).filter((token) => !used.has(token))];
}

function tokensOf(argument: ArgumentSpec): readonly string[] {
  if (argument.kind === 'choice') return argument.tokens;
  return 'token' in argument ? [argument.token] : [];
}

/** Commands are offered in the case in which typing began. */
function asTyped(candidate: string, word: string, line: string): string {
  const sample = word === '' ? (line.trimStart().split(/\s/)[0] ?? '') : word;
  return /[A-Z]/.test(sample) ? candidate.toUpperCase() : candidate.toLowerCase();
}
