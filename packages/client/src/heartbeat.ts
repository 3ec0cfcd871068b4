// Notices a peer that is gone without saying so: after a stretch of silence it sends PING, after a second one it ends the
// connection. While a call waits for a lock on the connection the server may be silent for long, and nothing is done.
import { encodeRequest } from '@msession/protocol';
import type { ScheduledTimer } from './client-clock.js';
import type { Connection } from './connection.js';
import { ConnectionError } from './errors.js';
import type { ResolvedOptions } from './options.js';
import type { CallRequest } from './pending-call.js';

const ping = encodeRequest(['PING']);

export class Heartbeat {
  private readonly options: ResolvedOptions;
  private readonly submit: (request: CallRequest) => void;
  private timer: ScheduledTimer | undefined;
  private hasAsked = false;

  constructor(options: ResolvedOptions, submit: (request: CallRequest) => void) {
    this.options = options;
    this.submit = submit;
  }

  start(connection: Connection): void {
    this.stop();
    if (this.options.pingIntervalMs === 0) return;
    connection.hasReceived = false;
    this.timer = this.options.clock.schedule(this.options.pingIntervalMs, () => this.look(connection));
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.hasAsked = false;
  }

  private look(connection: Connection): void {
    const { clock, pingIntervalMs } = this.options;
    if (connection.hasReceived || connection.isWaitingForLock) this.hasAsked = false;
    else if (this.hasAsked) {
      const silence = `the server was silent for ${2 * pingIntervalMs} ms and answered no PING`;
      connection.destroy(new ConnectionError('CONNECTION_LOST', silence));
      return;
    } else {
      this.hasAsked = true;
      this.submit({
        command: 'PING',
        bytes: ping,
        isIdempotent: false,
        isBlocking: false,
        timeoutMs: pingIntervalMs * 2,
        onReply: () => {},
        onError: () => {},
      });
    }
    connection.hasReceived = false;
    this.timer = clock.schedule(pingIntervalMs, () => this.look(connection));
  }
}
