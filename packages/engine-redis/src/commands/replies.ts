// Replies made of what scripts answered.
import type { DeferredReply, ErrorCode, ReplySink } from '@msession/protocol';
import type { ScriptReply } from '../connection/script-runner.js';
import type { EngineParts } from '../engine-parts.js';
import { refusalIn, sessionRefusals } from '../refusals.js';

export const replyOk: DeferredReply = (sink) => sink.ok();
export const replyNull: DeferredReply = (sink) => sink.null();
export const replyNoSession: DeferredReply = replyError('NOSESSION', 'there is no session of that id');

export function replyError(code: ErrorCode, message: string): DeferredReply {
  return (sink) => sink.error(code, message);
}

export function replyInteger(value: number): DeferredReply {
  return (sink) => sink.integer(value);
}

export function replyBytes(bytes: Uint8Array): DeferredReply {
  return (sink) => sink.bulk(bytes, 0, bytes.length);
}

export function putBytes(sink: ReplySink, bytes: ScriptReply): void {
  if (Buffer.isBuffer(bytes)) sink.bulk(bytes, 0, bytes.length);
  else sink.null();
}

/** The refusal in a script's reply, or undefined when it is a value. */
export function refused(engine: EngineParts, reply: ScriptReply): DeferredReply | undefined {
  const refusal = refusalIn(reply, engine.limits, sessionRefusals);
  return refusal === undefined ? undefined : replyError(refusal.code, refusal.message);
}

/** Names and values one after the other, as a map. */
export function putMap(sink: ReplySink, flat: readonly ScriptReply[]): void {
  sink.map(flat.length / 2);
  for (const item of flat) putBytes(sink, item);
}
