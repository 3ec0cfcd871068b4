// From the fields of a family to what a stream says of it, and back. A stream's times are relative to its moment; in Redis
// they are of its clock, and the deadline of a session is its last access and its timeout.
import { createHash } from 'node:crypto';
import type { StreamedFamily, StreamedLock, StreamedSession, StreamedSub } from '@msession/engine';
import type { ScriptReply } from '../connection/script-runner.js';
import { lockWords } from './dump-scripts.js';

const nul = '\0';
const empty = Buffer.alloc(0);
const sequenceDigits = 16;

type Fields = ReadonlyMap<string, Buffer>;

/** What `readFamilyScript` answered, as of a moment; undefined where nothing is there. */
export function fromFields(id: Buffer, reply: ScriptReply, atMs: number): StreamedFamily | undefined {
  const [flat, lockFlat] = reply as readonly [readonly Buffer[], readonly Buffer[]];
  const fields = new Map<string, Buffer>();
  for (let i = 0; i < flat.length; i += 2) fields.set((flat[i] as Buffer).toString('latin1'), flat[i + 1] as Buffer);
  const locks = locksOf(lockFlat, atMs);
  const lockOf = (sub: string): StreamedLock | undefined => {
    const lock = locks.get(sub);
    locks.delete(sub);
    return lock;
  };
  const session = sessionOf(fields, '', atMs);
  const lock = lockOf('');
  if (session === undefined) return lock === undefined ? undefined : { id, session, lock, subs: [] };
  const subs: StreamedSub[] = [];
  for (const sub of namesIn(fields.get('u')))
    subs.push({ name: Buffer.from(sub, 'latin1'), session: sessionOf(fields, sub, atMs), lock: lockOf(sub) });
  // what is left is of ids that are only reserved
  for (const [sub, reserving] of locks)
    subs.push({ name: Buffer.from(sub, 'latin1'), session: undefined, lock: reserving });
  return { id, session, lock, subs };
}

/** Token and new id of the move that a family is in, where it is in one. */
export function moveOf(reply: ScriptReply): { readonly token: Buffer; readonly newId: Buffer } | undefined {
  const [flat] = reply as readonly [readonly Buffer[]];
  for (let i = 0; i < flat.length; i += 2) {
    if (String(flat[i]) !== 'g') continue;
    const intent = flat[i + 1] as Buffer;
    const at = intent.indexOf(0);
    return { token: intent.subarray(0, at), newId: intent.subarray(at + 1) };
  }
  return undefined;
}

function sessionOf(fields: Fields, sub: string, atMs: number): StreamedSession | undefined {
  const created = fields.get(`s${sub}`);
  if (created === undefined) return undefined;
  const number = (kind: string) => Number(String(fields.get(kind + sub) ?? '0'));
  const timeoutSeconds = number('t');
  const accessedMs = number('a');
  const data = fields.get(`x${sub}`) ?? null;
  return {
    created: Number(String(created)),
    timeoutSeconds,
    // whoever was here since that moment was here a moment ago
    idleMs: Math.max(0, atMs - accessedMs),
    leftMs: timeoutSeconds === 0 ? undefined : accessedMs + 1000 * timeoutSeconds - atMs,
    className: fields.get(`c${sub}`) ?? empty,
    revision: number('r'),
    data,
    variables: namesIn(fields.get(`n${sub}`)).map(
      (name) => [Buffer.from(name, 'latin1'), fields.get(`v${sub}${nul}${name}`) ?? empty] as const,
    ),
    released: releasedOf(fields.get(`z${sub}`), data),
  };
}

/** What was released with data that was overwritten since is left out: other stores hash otherwise. */
function releasedOf(field: Buffer | undefined, data: Buffer | null): StreamedSession['released'] {
  const [key, hash = ''] = String(field ?? '').split(' ');
  if (key === undefined || key === '') return undefined;
  if (hash === '') return { key: Number(key), withData: false };
  return hash === releasedHash(data ?? empty) ? { key: Number(key), withData: true } : undefined;
}

/** As SUNLOCK has it. */
function releasedHash(data: Buffer): string {
  return createHash('sha1').update(data).digest('hex').slice(0, 16);
}

function locksOf(flat: readonly Buffer[], atMs: number): Map<string, StreamedLock> {
  const locks = new Map<string, StreamedLock>();
  const words = lockWords + 1;
  for (let i = 0; i + words <= flat.length; i += words) {
    const [sub, key, until, since, bound, lapsed, note] = flat.slice(i, i + words) as [Buffer, ...Buffer[]];
    locks.set(sub.toString('latin1'), {
      key: Number(String(key)),
      leftMs: Number(String(until)) - atMs,
      sinceMs: Number(String(since)),
      note: note ?? empty,
      isBound: String(bound) === '1',
      hasLapsed: String(lapsed) === '1',
    });
  }
  return locks;
}

function namesIn(list: Buffer | undefined): string[] {
  return list === undefined || list.length === 0 ? [] : list.toString('latin1').split(nul);
}

/** The words of `putFamilyScript`; `startMs` is the stream's moment by the clock of Redis. Empty where nothing is to be kept. */
export function toWords(family: StreamedFamily, startMs: number): readonly (Uint8Array | string)[] {
  const fields: (Uint8Array | string)[] = [];
  const locks: (Uint8Array | string)[] = [];
  const add = (sub: Buffer, session: StreamedSession | undefined, lock: StreamedLock | undefined): void => {
    if (session !== undefined) addSession(fields, sub, session, startMs);
    if (lock !== undefined) addLock(locks, sub, lock, session !== undefined, startMs);
  };
  add(empty, family.session, family.lock);
  for (const { name, session, lock } of family.subs) add(name, session, lock);
  const names = family.subs.filter(({ session }) => session !== undefined).map(({ name }) => name);
  if (names.length > 0) fields.push('u', listOf(names));
  if (fields.length === 0 && locks.length === 0) return [];
  return [String(locks.length / lockWords), ...locks, ...fields];
}

function addSession(fields: (Uint8Array | string)[], sub: Buffer, session: StreamedSession, startMs: number): void {
  const { created, timeoutSeconds, leftMs, idleMs, className, data, revision, variables, released } = session;
  const put = (kind: string, value: Uint8Array | string) => fields.push(Buffer.concat([Buffer.from(kind), sub]), value);
  const accessedMs = leftMs === undefined ? startMs - idleMs : startMs + leftMs - 1000 * timeoutSeconds;
  put('s', String(created).padStart(sequenceDigits, '0'));
  put('t', String(timeoutSeconds));
  put('a', String(accessedMs));
  if (className.length > 0) put('c', className);
  if (data !== null) {
    put('x', data);
    put('r', String(revision));
  }
  if (variables.length > 0) put('n', listOf(variables.map(([name]) => name)));
  for (const [name, value] of variables)
    fields.push(Buffer.concat([Buffer.from('v'), sub, Buffer.from(nul), name]), value);
  // a hash of another store says nothing here
  if (released !== undefined && released.hash === undefined)
    put('z', `${released.key} ${released.withData ? releasedHash(data ?? empty) : ''}`);
}

/** What was bound to a connection is free to be taken. An id that nothing but a free lock reserves is free itself. */
function addLock(
  words: (Uint8Array | string)[],
  sub: Buffer,
  { key, leftMs, sinceMs, note, isBound, hasLapsed }: StreamedLock,
  exists: boolean,
  startMs: number,
): void {
  const isFree = isBound || hasLapsed;
  if (isFree && !exists) return;
  const untilMs = startMs + (isFree ? Math.min(leftMs, 0) : leftMs);
  words.push(sub, String(key), String(untilMs), String(sinceMs), isFree ? '1' : '', note);
}

function listOf(names: readonly Buffer[]): Buffer {
  return Buffer.concat(names.flatMap((name, at) => (at === 0 ? [name] : [Buffer.from(nul), name])));
}
