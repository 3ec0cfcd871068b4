// One call on its way: queued, sent, settled. It settles exactly once, whatever comes first of reply, timeout, abort and
// loss of the connection; a settled call that was sent keeps its place among the replies and swallows its own.
import { ReplyError, type ReplyValue } from '@msession/protocol';
import type { ClientClock, ScheduledTimer } from './client-clock.js';
import { CallAbortedError, CallTimeoutError, type MsessionError, ServerError } from './errors.js';

export interface CallRequest {
  /** Upper-case name, for messages and errors. */
  readonly command: string;
  /** The encoded request; owned by the call. */
  readonly bytes: Uint8Array;
  readonly isIdempotent: boolean;
  readonly isBlocking: boolean;
  /** 0: none. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called synchronously as the reply is read, before anything that was sent after it. */
  onReply(value: ReplyValue): void;
  onError(error: MsessionError): void;
  /** A good reply after the call had failed here (timeout, abort). */
  onLateReply?(value: ReplyValue): void;
}

export class PendingCall {
  readonly request: CallRequest;
  isSent = false;
  isSettled = false;
  resends = 0;
  private timer: ScheduledTimer | undefined;
  private stopListening: (() => void) | undefined;
  private readonly onSettled: (call: PendingCall) => void;

  /** `onSettled` is told once, after the request's own callback. */
  constructor(request: CallRequest, clock: ClientClock, onSettled: (call: PendingCall) => void) {
    this.request = request;
    this.onSettled = onSettled;
    if (request.timeoutMs > 0) this.timer = clock.schedule(request.timeoutMs, () => this.expire());
    const { signal } = request;
    if (signal === undefined) return;
    const abort = () => this.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.stopListening = () => signal.removeEventListener('abort', abort);
  }

  reply(value: ReplyValue): void {
    if (this.isSettled) {
      if (!(value instanceof ReplyError)) this.request.onLateReply?.(value);
    } else if (value instanceof ReplyError) this.fail(new ServerError(value.code, value.message, this.request.command));
    else {
      this.begin();
      try {
        this.request.onReply(value);
      } finally {
        this.onSettled(this);
      }
    }
  }

  fail(error: MsessionError): void {
    if (this.isSettled) return;
    this.begin();
    try {
      this.request.onError(error);
    } finally {
      this.onSettled(this);
    }
  }

  abort(reason: unknown): void {
    this.fail(
      new CallAbortedError('ABORTED', `${this.request.command} was aborted ${this.place()}`, {
        cause: reason,
        isOutcomeUnknown: this.isSent,
      }),
    );
  }

  private expire(): void {
    const { command, timeoutMs, isIdempotent } = this.request;
    this.fail(
      new CallTimeoutError('TIMEOUT', `${command} had no reply within ${timeoutMs} ms; it timed out ${this.place()}`, {
        isOutcomeUnknown: this.isSent,
        isRetryable: isIdempotent || !this.isSent,
      }),
    );
  }

  private place(): string {
    return this.isSent ? 'after it was sent, so it may be carried out' : 'before it was sent, so nothing happened';
  }

  /** Whatever would settle it another way is called off. */
  private begin(): void {
    this.isSettled = true;
    this.timer?.cancel();
    this.stopListening?.();
  }
}
