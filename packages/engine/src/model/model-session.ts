// What the model knows of one session, as plainly as it can be said. Ids and names are latin1 strings (a lossless form
// of their bytes), values are buffers of their own.
import { globalsId } from '@msession/protocol';

export interface ModelSession {
  id: string;
  /** Place in the order of creation; stays when the session is renamed. */
  readonly order: number;
  className: Buffer;
  data: Buffer | null;
  /** 0 while there is no data. */
  revision: number;
  /** In the order in which they were first set, as a Map keeps it. */
  readonly variables: Map<string, Buffer>;
  /** 0 never expires. */
  timeoutSeconds: number;
  readonly createdWallMs: number;
  readonly createdAtMs: number;
  accessedAtMs: number;
}

export function deadlineOf(session: ModelSession): number {
  if (session.id === globalsId || session.timeoutSeconds === 0) return Number.POSITIVE_INFINITY;
  return session.accessedAtMs + session.timeoutSeconds * 1000;
}

/** The parent's id of a sub-session's id; null for other ids. */
export function parentOf(id: string): string | null {
  const slash = id.indexOf('/');
  return slash < 0 ? null : id.slice(0, slash);
}

export function isCounted(id: string): boolean {
  return id !== globalsId && parentOf(id) === null;
}
