// Events between front-ends: JSON, with bytes in base64.
import type { SessionEvent, SessionEventName } from '@msession/engine';

interface Told {
  readonly from: string;
  readonly name: SessionEventName;
  readonly id: string;
  readonly newId?: string;
  readonly atMs: number;
  readonly data?: string | null;
}

export function encodeEvent(frontEnd: string, event: SessionEvent): Buffer {
  const { name, id, newId, atMs, data } = event;
  const told: Told = {
    from: frontEnd,
    name,
    id: id.toString('base64'),
    atMs,
    ...(newId === undefined ? {} : { newId: newId.toString('base64') }),
    ...(data === undefined ? {} : { data: data === null ? null : data.toString('base64') }),
  };
  return Buffer.from(JSON.stringify(told));
}

/** The event in a message, or undefined where it is none. */
export function decodeEvent(message: Buffer): { readonly frontEnd: string; readonly event: SessionEvent } | undefined {
  let told: Told;
  try {
    told = JSON.parse(message.toString()) as Told;
  } catch {
    return undefined;
  }
  const { from, name, id, newId, atMs, data } = told;
  const event: SessionEvent = {
    name,
    id: Buffer.from(id, 'base64'),
    atMs,
    ...(newId === undefined ? {} : { newId: Buffer.from(newId, 'base64') }),
    ...(data === undefined ? {} : { data: data === null ? null : Buffer.from(data, 'base64') }),
  };
  return { frontEnd: from, event };
}
