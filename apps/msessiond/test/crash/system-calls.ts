// Reads what strace wrote about a daemon: what went into which file and where, which files were flushed and when, and when a
// reply left. Order is that in which calls ended; a flush covers what had been written when it began, and a reply counts
// from its beginning, so nothing looks safer than it was.
import { readFileSync } from 'node:fs';

export type DiskEvent =
  | { readonly kind: 'write'; readonly file: string; readonly at: number; readonly bytes: Buffer; isFlushed: boolean }
  /** The first so many events of the file are flushed, as far as they are writes. */
  | { readonly kind: 'flush'; readonly file: string; readonly covers: number }
  | { readonly kind: 'reply' };

const traced = 'openat,close,lseek,write,writev,pwrite64,pwritev,fdatasync,fsync';

/** The words in front of a program whose calls are to be read. */
export function straceWords(file: string): string[] {
  return ['strace', '-f', '-qq', '-xx', '-s', '16777216', '-o', file, '-e', `trace=${traced}`, '-e', 'signal=none'];
}

interface OpenFile {
  readonly file: string;
  /** Whether each write is flushed when it ends (`O_DSYNC`). */
  readonly isFlushing: boolean;
  position: number;
}

interface Begun {
  readonly text: string;
  readonly events: number;
}

/** What happened to files whose names end with `suffix`, and the replies that begin with `+OK`. */
export function readEvents(file: string, suffix: string): DiskEvent[] {
  const events: DiskEvent[] = [];
  const open = new Map<number, OpenFile>();
  const begun = new Map<string, Begun>();
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      const text = rest.slice(0, rest.lastIndexOf('<unfinished'));
      begun.set(thread, { text, events: events.length });
      if (isReply(text, open)) events.push({ kind: 'reply' });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const before = resumed === null ? undefined : begun.get(thread);
    const call = before === undefined ? rest : before.text + (resumed?.[1] ?? '');
    noteCall(call, before?.events ?? events.length, before !== undefined, { events, open, suffix });
  }
  return events;
}

interface Reading {
  readonly events: DiskEvent[];
  readonly open: Map<number, OpenFile>;
  readonly suffix: string;
}

function noteCall(call: string, beganAt: number, wasInterrupted: boolean, { events, open, suffix }: Reading): void {
  const [, name = '', words = '', result = ''] = /^(\w+)\((.*)\) += (-?\d+)/s.exec(call) ?? [];
  const answer = Number(result);
  if (name === '' || answer < 0) return;
  if (name === 'openat') {
    const path = bytesOf(words).toString();
    const isFlushing = /O_D?SYNC/.test(words);
    if (path.endsWith(suffix)) open.set(answer, { file: path, isFlushing, position: 0 });
    else open.delete(answer);
    return;
  }
  const descriptor = Number.parseInt(words, 10);
  const target = open.get(descriptor);
  if (target === undefined) {
    if (!wasInterrupted && isReply(call, open)) events.push({ kind: 'reply' });
    return;
  }
  if (name === 'close') open.delete(descriptor);
  else if (name === 'lseek') target.position = answer;
  else if (name === 'fdatasync' || name === 'fsync') events.push({ kind: 'flush', file: target.file, covers: beganAt });
  else {
    const isPlaced = name.startsWith('p');
    const at = isPlaced ? Number(/(\d+) *$/.exec(words)?.[1]) : target.position;
    if (!isPlaced) target.position += answer;
    const bytes = bytesOf(words);
    if (bytes.length !== answer) throw new Error(`strace shows ${bytes.length} bytes of a write of ${answer}`);
    events.push({ kind: 'write', file: target.file, at, bytes, isFlushed: target.isFlushing });
  }
}

function isReply(call: string, open: ReadonlyMap<number, OpenFile>): boolean {
  const [, descriptor = '', bytes = ''] = /^writev?\((\d+), (?:\[\{iov_base=)?"((?:\\x..){3})/.exec(call) ?? [];
  return bytes === '\\x2b\\x4f\\x4b' && !open.has(Number(descriptor));
}

/** All that stands in quotation marks, one behind the other. */
function bytesOf(words: string): Buffer {
  const hex = [...words.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text = '']) => text.replaceAll('\\x', ''));
  return Buffer.from(hex.join(''), 'hex');
}
