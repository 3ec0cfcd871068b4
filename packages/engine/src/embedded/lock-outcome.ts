// How a request for a lock ends, and how that looks to whoever asked: the same on every engine.
import type { DeferredReply, ErrorCode } from '@msession/protocol';

/** How a request for a lock ended. */
export type LockOutcome =
  | { readonly kind: 'granted'; readonly key: number; readonly data: Buffer | null }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string };

export const noSession: LockOutcome = {
  kind: 'refused',
  code: 'NOSESSION',
  message: 'there is no session of that id',
};

export function refusedLocked(message: string): LockOutcome {
  return { kind: 'refused', code: 'LOCKED', message };
}

/** How the end of a lock request looks as the reply of SLOCK: the key, or key and data, or the refusal. */
export function lockReply(outcome: LockOutcome, withData: boolean): DeferredReply {
  return (sink) => {
    if (outcome.kind === 'refused') {
      sink.error(outcome.code, outcome.message);
      return;
    }
    if (withData) sink.array(2);
    sink.integer(outcome.key);
    if (!withData) return;
    if (outcome.data === null) sink.null();
    else sink.bulk(outcome.data, 0, outcome.data.length);
  };
}

/** How it looks as the push of an ASYNC request: `[lock, ticket, id, OK or code, key, data]`. */
export function lockPush(outcome: LockOutcome, ticket: number, idText: string): DeferredReply {
  const id = Buffer.from(idText, 'latin1');
  return (sink) => {
    sink.push(6);
    sink.bulkText('lock');
    sink.integer(ticket);
    sink.bulk(id, 0, id.length);
    sink.bulkText(outcome.kind === 'granted' ? 'OK' : outcome.code);
    if (outcome.kind === 'granted') sink.integer(outcome.key);
    else sink.null();
    if (outcome.kind === 'granted' && outcome.data !== null) sink.bulk(outcome.data, 0, outcome.data.length);
    else sink.null();
  };
}
