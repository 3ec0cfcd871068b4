// The form of a dump: JSON Lines. The first line is the header, the last one says how many lines stand between, and each of
// those is a session with all that belongs to it. See docs/dump-format.md, which this file and dump-line.ts implement.
import { isUtf8 } from 'node:buffer';
import type { StreamedFamily, StreamedLock, StreamedMember, StreamedSession, StreamHeader } from './session-stream.js';

export const dumpName = 'msession';
export const dumpFormat = 1;

/** Bytes in a dump: text where they are UTF-8, base64 where they are not. */
export type DumpBytes = string | { readonly base64: string };

export interface HeaderLine {
  readonly dump: typeof dumpName;
  readonly format: number;
  readonly atMs: number;
  readonly keyCeiling: number;
  readonly searched: readonly DumpBytes[];
  /** Hexadecimal. */
  readonly hashKey?: string;
}

export interface EndLine {
  readonly end: typeof dumpName;
  /** Lines between the header and this. */
  readonly lines: number;
}

export interface LockField {
  readonly key: number;
  readonly leftMs: number;
  readonly sinceMs: number;
  readonly note?: DumpBytes;
  readonly bound?: true;
  readonly lapsed?: true;
}

export interface MemberFields {
  readonly reserved?: true;
  readonly created?: number;
  readonly timeout?: number;
  readonly idleMs?: number;
  readonly leftMs?: number;
  readonly class?: DumpBytes;
  readonly rev?: number;
  readonly data?: DumpBytes;
  readonly vars?: readonly (readonly [name: DumpBytes, value: DumpBytes])[];
  readonly released?: { readonly key: number; readonly data: boolean; readonly hash?: number };
  readonly lock?: LockField;
}

export interface SubFields extends MemberFields {
  readonly sub: DumpBytes;
}

export interface FamilyLine extends MemberFields {
  readonly id: DumpBytes;
  readonly subs?: readonly SubFields[];
}

export function toDumpBytes(bytes: Buffer): DumpBytes {
  return isUtf8(bytes) ? bytes.toString() : { base64: bytes.toString('base64') };
}

export function headerLine({ atMs, keyCeiling, searched, hashKey }: StreamHeader): HeaderLine {
  return {
    dump: dumpName,
    format: dumpFormat,
    atMs,
    keyCeiling,
    searched: searched.map(toDumpBytes),
    ...(hashKey === undefined ? {} : { hashKey: hashKey.toString('hex') }),
  };
}

export function endLine(lines: number): EndLine {
  return { end: dumpName, lines };
}

export function familyLine({ id, subs, ...own }: StreamedFamily): FamilyLine {
  return {
    id: toDumpBytes(id),
    ...memberFields(own),
    ...(subs.length === 0
      ? {}
      : { subs: subs.map(({ name, ...member }) => ({ sub: toDumpBytes(name), ...memberFields(member) })) }),
  };
}

function memberFields({ session, lock }: StreamedMember): MemberFields {
  return {
    ...(session === undefined ? { reserved: true } : sessionFields(session)),
    ...(lock === undefined ? {} : { lock: lockField(lock) }),
  };
}

function sessionFields(session: StreamedSession): MemberFields {
  const { className, data, variables, released, leftMs } = session;
  return {
    created: session.created,
    timeout: session.timeoutSeconds,
    idleMs: session.idleMs,
    ...(leftMs === undefined ? {} : { leftMs }),
    ...(className.length === 0 ? {} : { class: toDumpBytes(className) }),
    ...(data === null ? {} : { rev: session.revision, data: toDumpBytes(data) }),
    ...(variables.length === 0
      ? {}
      : { vars: variables.map(([name, value]) => [toDumpBytes(name), toDumpBytes(value)] as const) }),
    ...(released === undefined
      ? {}
      : {
          released: {
            key: released.key,
            data: released.withData,
            ...(released.hash === undefined ? {} : { hash: released.hash }),
          },
        }),
  };
}

function lockField({ key, leftMs, sinceMs, note, isBound, hasLapsed }: StreamedLock): LockField {
  return {
    key,
    leftMs,
    sinceMs,
    ...(note.length === 0 ? {} : { note: toDumpBytes(note) }),
    ...(isBound ? { bound: true } : {}),
    ...(hasLapsed ? { lapsed: true } : {}),
  };
}
