// What `msession top` shows, read from INFO and LOCKS, and the difference between two looks.
import type { MsessionClient } from '@msession/client';
import { ReplyMap, type ReplyValue, replyText } from '@msession/protocol';

export interface LockLine {
  readonly id: string;
  readonly note: string;
  readonly heldMs: number;
  readonly waiters: number;
  readonly longestWaitMs: number;
}

export interface TopFigures {
  readonly atMs: number;
  readonly info: ReadonlyMap<string, string>;
  readonly locks: readonly LockLine[];
}

/** One look at the server. @throws what the client throws: no connection, no right */
export async function readTop(client: MsessionClient<'buffer'>): Promise<TopFigures> {
  const atMs = Date.now();
  const [info, locks] = await Promise.all([client.send(['INFO', 'everything']), client.send(['LOCKS'])]);
  return { atMs, info: parseInfo(replyText(info) ?? ''), locks: readLocks(locks, atMs) };
}

/** INFO's lines by name. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split(/\r?\n/)
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.indexOf(':');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
}

/** Those with most waiters first, then those held longest. */
export function readLocks(reply: ReplyValue, nowMs: number): readonly LockLine[] {
  const locks = (Array.isArray(reply) ? reply : []).flatMap((lock: ReplyValue) => {
    const fields = fieldsOf(lock);
    const waiters = fields.get('waiters');
    const sinceOf = (value: ReplyValue | undefined) => (typeof value === 'number' ? value : nowMs);
    const since = (Array.isArray(waiters) ? waiters : []).map((waiter: ReplyValue) =>
      sinceOf(fieldsOf(waiter).get('sinceMs')),
    );
    return [
      {
        id: replyText(fields.get('id')) ?? '',
        note: replyText(fields.get('note')) ?? '',
        heldMs: Math.max(0, nowMs - sinceOf(fields.get('sinceMs'))),
        waiters: since.length,
        longestWaitMs: since.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...since)),
      },
    ];
  });
  return locks.sort((a, b) => b.waiters - a.waiters || b.heldMs - a.heldMs);
}

function fieldsOf(value: ReplyValue): ReadonlyMap<string, ReplyValue> {
  if (value instanceof ReplyMap) return new Map(value.entries.map(([key, item]) => [replyText(key) ?? '', item]));
  const items = Array.isArray(value) ? value : [];
  return new Map(items.flatMap((item, i) => (i % 2 === 0 ? [[replyText(item) ?? '', items[i + 1] ?? null]] : [])));
}
