// How the end of a lock request looks to who asked: the reply of SLOCK, or the push of SLOCK ASYNC.
import type { DeferredReply } from '@msession/protocol';
import type { LockOutcome } from './lock-request.js';

/** The key, or key and data, or the refusal. */
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

/** `[lock, ticket, id, OK or code, key, data]`; key and data are null unless granted. */
export function lockPush(outcome: LockOutcome, ticket: number, idText: string): DeferredReply {
  const id = Buffer.from(idText, 'latin1');
  return (sink) => {
    const isGranted = outcome.kind === 'granted';
    sink.push(6);
    sink.bulkText('lock');
    sink.integer(ticket);
    sink.bulk(id, 0, id.length);
    sink.bulkText(isGranted ? 'OK' : outcome.code);
    if (isGranted) sink.integer(outcome.key);
    else sink.null();
    if (isGranted && outcome.data !== null) sink.bulk(outcome.data, 0, outcome.data.length);
    else sink.null();
  };
}
