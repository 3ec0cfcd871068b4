// Reads the vectors in the form that vectors/README.md describes.
import { readFileSync } from 'node:fs';
import { type RequestLimits, requestLimits, unauthenticatedLimits } from '../src/index.js';

export type VectorBytes = string | readonly (string | { readonly repeat: string; readonly times: number })[];

export type TaggedValue =
  | { readonly simple: VectorBytes }
  | { readonly error: readonly [string, string] }
  | { readonly bulkError: readonly [string, string] }
  | { readonly integer: string }
  | { readonly bulk: VectorBytes }
  | { readonly null: 2 | 3 }
  | { readonly nullArray: 2 }
  | { readonly boolean: boolean }
  | { readonly double: string }
  | { readonly bigNumber: string }
  | { readonly verbatim: readonly [string, string] }
  | { readonly array: readonly TaggedValue[] }
  | { readonly map: readonly (readonly [TaggedValue, TaggedValue])[] }
  | { readonly set: readonly TaggedValue[] }
  | { readonly push: readonly TaggedValue[] };

export interface RequestVector {
  readonly name: string;
  readonly bytes: VectorBytes;
  readonly requests: readonly (readonly VectorBytes[])[];
  readonly isCanonical: boolean;
}

export interface ReplyVector {
  readonly name: string;
  readonly version: 2 | 3;
  readonly bytes: VectorBytes;
  readonly values: readonly TaggedValue[];
  readonly isCanonical: boolean;
}

export interface HostileRequestVector {
  readonly name: string;
  readonly bytes: VectorBytes;
  readonly limits?: Partial<RequestLimits> & { readonly unauthenticated?: true };
  readonly events: readonly (
    | { readonly command: readonly VectorBytes[] }
    | { readonly fault: string; readonly contains: string }
  )[];
}

export interface HostileReplyVector {
  readonly name: string;
  readonly bytes: VectorBytes;
  readonly limits?: Readonly<Record<string, number>>;
  readonly values: readonly TaggedValue[];
  readonly contains: string;
}

export interface TruncatedVector {
  readonly name: string;
  readonly side: 'request' | 'reply';
  readonly bytes: VectorBytes;
}

function read<Vector>(file: string): readonly Vector[] {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8')) as readonly Vector[];
}

export const requestVectors = [...read<RequestVector>('requests.json'), ...read<RequestVector>('inline.json')];
export const replyVectors = read<ReplyVector>('replies.json');
export const hostileRequestVectors = read<HostileRequestVector>('hostile-requests.json');
export const hostileReplyVectors = read<HostileReplyVector>('hostile-replies.json');
export const truncatedVectors = read<TruncatedVector>('truncated.json');

export function vectorBytes(text: VectorBytes): Buffer {
  const parts = typeof text === 'string' ? [text] : text;
  return Buffer.from(
    parts.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join(''),
    'latin1',
  );
}

export function vectorLimits(limits: HostileRequestVector['limits']): RequestLimits {
  const { unauthenticated, ...rest } = limits ?? {};
  return unauthenticated === true ? unauthenticatedLimits(rest) : requestLimits(rest);
}

/** The ways in which bytes may arrive: whole, byte by byte, and in two pieces at every offset (or many of them). */
export function deliveries(bytes: Buffer): Buffer[][] {
  const ways = [[bytes]];
  if (bytes.length <= 200_000) ways.push(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)));
  const step = bytes.length <= 4096 ? 1 : Math.ceil(bytes.length / 200);
  for (let at = 1; at < bytes.length; at += step) ways.push([bytes.subarray(0, at), bytes.subarray(at)]);
  // around the ends of what repeats, where large vectors have their edges
  if (step > 1)
    for (let at = 1; at <= 40; at++)
      ways.push([bytes.subarray(0, bytes.length - at), bytes.subarray(bytes.length - at)]);
  return ways;
}
