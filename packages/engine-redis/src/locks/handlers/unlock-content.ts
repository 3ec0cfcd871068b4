// What SUNLOCK writes, as words of a script call: the form that the `content` part reads.
import type { BoundRun, Request } from '@msession/protocol';
import type { ScriptCall } from '../../connection/script-call.js';

interface Content {
  readonly data: number;
  readonly className: number;
  readonly timeoutSeconds: number | undefined;
  readonly ifRev: number | undefined;
  readonly unset: BoundRun;
  readonly variables: BoundRun;
}

/** How many words `writeContent` writes. */
export function contentCount(content: Content): number {
  return 8 + content.unset.count + 2 * content.variables.count;
}

export function writeContent(call: ScriptCall, request: Request, content: Content): void {
  optional(call, request, content.data);
  optional(call, request, content.className);
  call
    .text(content.timeoutSeconds === undefined ? '' : String(content.timeoutSeconds))
    .text(content.ifRev === undefined ? '' : String(content.ifRev))
    .integer(content.unset.count)
    .integer(content.variables.count);
  run(call, request, content.unset.first, content.unset.count);
  run(call, request, content.variables.first, 2 * content.variables.count);
}

function optional(call: ScriptCall, request: Request, index: number): void {
  if (index === 0) call.text('0').text('');
  else call.text('1').argument(request, index);
}

function run(call: ScriptCall, request: Request, first: number, count: number): void {
  for (let i = first; i < first + count; i++) call.argument(request, i);
}
