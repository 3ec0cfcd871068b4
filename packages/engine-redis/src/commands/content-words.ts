// Data, class, variables and timeout of a command as the words that the `content` part of the scripts reads.
import type { BoundRun, Request } from '@msession/protocol';
import type { ScriptCall } from '../connection/script-call.js';

/** Request indexes of what is to be written; 0 and absent runs are left alone. */
export interface ContentArguments {
  readonly data?: number;
  readonly className?: number;
  readonly variables?: BoundRun;
  readonly unset?: BoundRun;
  readonly timeoutSeconds?: number | undefined;
  readonly ifRev?: number | undefined;
}

export interface ContentWords {
  /** How many words `write` writes. */
  readonly count: number;
  write(call: ScriptCall, request: Request): void;
}

const fixedWords = 8;
const longestTimeoutSeconds = 0xffffffff;

/** A timeout as scripts take it: seconds, below 0 for the default, or empty for none given. */
export function timeoutWord(timeoutSeconds: number | undefined): string {
  return timeoutSeconds === undefined ? '' : String(Math.min(timeoutSeconds, longestTimeoutSeconds));
}

export function contentWords(content: ContentArguments): ContentWords {
  const { data, className, variables, unset } = content;
  const names = unset?.count ?? 0;
  const pairs = variables?.count ?? 0;
  return {
    count: fixedWords + names + 2 * pairs,
    write(call, request) {
      optional(call, request, data);
      optional(call, request, className);
      call.text(timeoutWord(content.timeoutSeconds));
      call.text(content.ifRev === undefined ? '' : String(content.ifRev));
      call.integer(names).integer(pairs);
      for (let i = 0; i < names; i++) call.argument(request, (unset as BoundRun).first + i);
      for (let i = 0; i < 2 * pairs; i++) call.argument(request, (variables as BoundRun).first + i);
    },
  };
}

function optional(call: ScriptCall, request: Request, index: number | undefined): void {
  if (index) call.text('1').argument(request, index);
  else call.text('0').text('');
}
