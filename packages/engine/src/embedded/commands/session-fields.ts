// Class, data, variables and timeout as CREATE, DATASET, SUNLOCK and UNIQ write them: all in one step, checked before.
import type { BoundRun, ReplySink, Request } from '@msession/protocol';
import { headWord } from '../session-layout.js';
import type { EngineParts } from './handler.js';

/** Request indexes of what is to be written; 0 and empty runs are left alone. */
export interface SessionFields {
  readonly data?: number;
  readonly className?: number;
  readonly variables?: BoundRun;
  readonly unset?: BoundRun;
  readonly timeoutSeconds?: number | undefined;
}

/** Whether a session may take these fields (`address` 0: one to be made); the refusal is written when not. */
export function mayWriteFields(
  engine: EngineParts,
  request: Request,
  fields: SessionFields,
  address: number,
  sink: ReplySink,
): boolean {
  const { sessions } = engine;
  if (fields.timeoutSeconds !== undefined && address !== 0 && address === sessions.globals) {
    sink.error('ERR', "TIMEOUT does not work on the built-in session 'globals'");
    return false;
  }
  return fields.variables === undefined || mayHold(engine, request, fields.variables, fields.unset, address, sink);
}

/** Whether a session may have these variables beside its own. */
export function mayHold(
  engine: EngineParts,
  request: Request,
  variables: BoundRun,
  unset: BoundRun | undefined,
  address: number,
  sink: ReplySink,
): boolean {
  const { sessions, limits } = engine;
  const most = limits.maxVariablesPerSession;
  const block = address === 0 ? 0 : sessions.word(address, headWord.variables);
  const before = sessions.variables.count(block);
  if (before + variables.count <= most) return true;
  const names = new Set<string>();
  sessions.variables.walk(block, ({ bytes, nameStart, nameEnd }) => {
    names.add(bytes.toString('latin1', nameStart, nameEnd));
  });
  for (let i = 0; i < (unset?.count ?? 0); i++) names.delete(request.latin1((unset as BoundRun).first + i));
  for (let i = 0; i < variables.count; i++) names.add(request.latin1(variables.first + 2 * i));
  if (names.size <= before || names.size <= most) return true;
  sink.error('BADLEN', `the session would have ${names.size} variables; max-variables is ${most}`);
  return false;
}

export function writeVariables(engine: EngineParts, request: Request, variables: BoundRun, address: number): void {
  const { buffer } = request;
  for (let i = 0; i < variables.count; i++) {
    const name = variables.first + 2 * i;
    engine.sessions.setVariable(
      address,
      buffer,
      request.start(name),
      request.end(name),
      buffer,
      request.start(name + 1),
      request.end(name + 1),
    );
  }
}

/** Removes variables; answers how many there were. */
export function removeVariables(engine: EngineParts, request: Request, names: BoundRun, address: number): number {
  let removed = 0;
  for (let i = names.first; i < names.first + names.count; i++)
    if (engine.sessions.removeVariable(address, request.buffer, request.start(i), request.end(i))) removed++;
  return removed;
}

/** Writes fields that `mayWriteFields` allowed; UNSET goes before VARS. Does not renew the session. */
export function writeFields(engine: EngineParts, request: Request, fields: SessionFields, address: number): void {
  const { sessions } = engine;
  const { buffer } = request;
  const { data, className, variables, unset } = fields;
  if (data) sessions.setData(address, buffer, request.start(data), request.end(data));
  if (className) sessions.setClassName(address, buffer, request.start(className), request.end(className));
  if (unset !== undefined) removeVariables(engine, request, unset, address);
  if (variables !== undefined) writeVariables(engine, request, variables, address);
}
