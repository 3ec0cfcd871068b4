// The cases of redis-benchmark: a read and a write of the same meaning in each server's own commands.
import { encodeRequest } from '@msession/protocol';

export type Operation = 'read' | 'write';

export interface LoadCase {
  readonly operation: Operation;
  readonly pipeline: number;
  readonly clients: number;
  readonly valueBytes: number;
  readonly sessions: number;
}

/** How a server is asked: its own commands for session variables, Redis's hashes, or Redis's plain strings. */
export type Dialect = 'session' | 'hash' | 'string';

const id = 's:__rand_int__';
const plainId = 'v:__rand_int__';

export function caseId({ operation, pipeline, clients, valueBytes }: LoadCase): string {
  return `${operation}-${pipeline}-c${clients}-${sizeText(valueBytes).replace(' ', '')}`;
}

export function caseLabel({ operation, pipeline, clients, valueBytes }: LoadCase): string {
  const commands = operation === 'read' ? 'GETVAL' : 'SETVAL';
  return `${commands}, ${sizeText(valueBytes)}, pipeline ${pipeline}, ${clients} ${clients === 1 ? 'connection' : 'connections'}`;
}

export function sizeText(bytes: number): string {
  return bytes >= 1024 ? `${bytes / 1024} KiB` : `${bytes} B`;
}

/**
 * A value that differs from write to write where it is long enough, so that nobody is spared a write that changes nothing:
 * redis-benchmark puts other digits in the place of `__rand_int__` each time.
 */
export function caseValue(bytes: number): string {
  const start = '__rand_int__';
  return bytes <= start.length ? 'x'.repeat(bytes) : start.padEnd(bytes, 'x');
}

export function caseWords({ operation, valueBytes }: LoadCase, dialect: Dialect): string[] {
  const value = caseValue(valueBytes);
  if (operation === 'read') {
    if (dialect === 'session') return ['GETVAL', id, 'name'];
    return dialect === 'hash' ? ['HGET', id, 'name'] : ['GET', plainId];
  }
  if (dialect === 'session') return ['SETVAL', id, 'name', value];
  return dialect === 'hash' ? ['HSET', id, 'name', value] : ['SET', plainId, value];
}

/** What the ceiling needs to know: the digits have the length of what they replace. */
export function ceilingOf(one: LoadCase): { readonly requestBytes: number; readonly reply: string } {
  return {
    requestBytes: encodeRequest(caseWords(one, 'session')).length,
    reply: one.operation === 'read' ? `${one.valueBytes}` : 'OK',
  };
}

/** Bytes that all connections together may have under way; beyond some hundred MiB a case measures memory. */
export function bytesUnderWay({ pipeline, clients, valueBytes }: LoadCase): number {
  return pipeline * clients * valueBytes;
}
