// What MONITOR and SLOWLOG show of a request: names, options and numbers as they are, ids hashed unless ids may be
// shown, values and passwords never, NOTE URLs without their query. Which word is what comes from the command table.
import { hiddenId } from '@msession/engine';
import {
  type ArgumentSpec,
  type ArgumentType,
  type CommandSpec,
  findSubcommand,
  type Request,
} from '@msession/protocol';

/** Words shown of one request; longer ones end in how many there are more. */
const maxWords = 32;
const maxWordCharacters = 128;

/** Text with the query and fragment cut off every URL in it. */
export function withoutUrlQueries(text: string): string {
  return text.replace(/[?#]\S*/g, '');
}

type WordKind = ArgumentType | 'word' | 'secret' | 'note' | 'pattern';

/** Words of a request for people to read. `spec` is undefined for unknown commands, of which only the name is shown. */
export function redactRequest(request: Request, spec: CommandSpec | undefined, showIds: boolean): string[] {
  const kinds = wordKinds(request, spec);
  const words: string[] = [];
  const count = Math.min(request.count, maxWords);
  for (let i = 0; i < count; i++) {
    if (i === maxWords - 1 && request.count > maxWords) {
      words.push(`... (${request.count - i} more arguments)`);
      break;
    }
    words.push(shownWord(request, i, kinds[i] ?? 'secret', showIds));
  }
  return words;
}

function shownWord(request: Request, index: number, kind: WordKind, showIds: boolean): string {
  if (kind === 'id' || kind === 'subId' || kind === 'pattern')
    return showIds ? shortened(request.text(index)) : hiddenId(request.view(index));
  if (kind === 'note') return shortened(withoutUrlQueries(request.text(index)));
  if (kind === 'bytes' || kind === 'number' || kind === 'secret') return `<${request.length(index)} bytes>`;
  return shortened(request.text(index));
}

function shortened(text: string): string {
  return text.length <= maxWordCharacters
    ? text
    : `${text.slice(0, maxWordCharacters)}... (${text.length - maxWordCharacters} more characters)`;
}

/** Commands with free text that may hold a password or a value. */
const secretText: ReadonlySet<string> = new Set(['AUTH', 'HELLO', 'CONFIG SET']);

function wordKinds(request: Request, command: CommandSpec | undefined): WordKind[] {
  const kinds: WordKind[] = ['word'];
  if (command === undefined) return kinds;
  const sub = findSubcommand(command, request);
  const spec = sub ?? command;
  if (sub !== undefined) kinds.push('word');
  const forms =
    spec.guardedForm !== undefined && isGuarded(request, spec.guardedForm) ? spec.guardedForm : spec.arguments;
  const kindOf = (argument: ArgumentSpec, type: ArgumentType): WordKind => {
    if (type !== 'text') return type;
    if (argument.name === 'note') return 'note';
    if (argument.name === 'match' || argument.name === 'cursor') return 'pattern';
    return secretText.has(spec.name) ? 'secret' : 'text';
  };
  let index = kinds.length;
  for (const argument of forms) {
    if (argument.kind === 'word') kinds[index++] = 'word';
    else if (argument.kind === 'positional') {
      if (argument.optional === true && forms.some((other) => isOption(other, request, index))) continue;
      kinds[index++] = kindOf(argument, argument.type);
    } else if (argument.kind === 'rest') {
      for (let pair = 0; index < request.count; pair ^= 1)
        kinds[index++] = kindOf(argument, pair === 1 && argument.pair !== undefined ? argument.pair : argument.type);
    }
  }
  while (index < request.count) {
    const option = forms.find((candidate) => isOption(candidate, request, index));
    if (option === undefined) break;
    kinds[index++] = 'word';
    if (option.kind === 'option') kinds[index++] = kindOf(option, option.type);
    else if (option.kind === 'counted') {
      const items = index < request.count ? Number(request.text(index)) : 0;
      kinds[index++] = 'integer';
      const words = (Number.isSafeInteger(items) ? items : 0) * (option.pair === undefined ? 1 : 2);
      for (let i = 0; i < words && index < request.count; i++)
        kinds[index++] = option.pair !== undefined && i % 2 === 1 ? option.pair : option.type;
    }
  }
  return kinds;
}

function isGuarded(request: Request, form: readonly ArgumentSpec[]): boolean {
  const option = form.find((argument) => argument.kind === 'option');
  return option !== undefined && request.count > 2 && request.isToken(2, option.token);
}

function isOption(argument: ArgumentSpec, request: Request, index: number): boolean {
  if (index >= request.count) return false;
  if (argument.kind === 'choice') return argument.tokens.some((token) => request.isToken(index, token));
  return 'token' in argument && request.isToken(index, argument.token);
}
