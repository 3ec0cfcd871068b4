// Calls into the worker thread and sleeps until it has answered. Values travel through a message port, which takes them
// of any size; the shared memory holds only the number of the last answer, on which Atomics.wait sleeps.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort, SHARE_ENV, Worker } from 'node:worker_threads';
import type { CallOutcome, ConnectionOptions } from './facade-connection.js';
import { revive, type SyncRequest, type SyncResponse } from './sync-message.js';

/** How much longer than the call itself may take the worker is waited for: starting it, and handing over large values. */
const graceMs = 30_000;

export class SyncBridge {
  private readonly options: ConnectionOptions;
  private readonly counter = new Int32Array(new SharedArrayBuffer(4));
  private running: { readonly worker: Worker; readonly port: MessagePort } | undefined;
  private lastNumber = 0;

  constructor(options: ConnectionOptions) {
    this.options = options;
  }

  /** Runs a function in the worker. Throws only when the worker itself cannot run. */
  call(name: SyncRequest['name'], given: SyncRequest['given']): CallOutcome {
    const { port } = this.start();
    // 32 bits are enough to tell one call from the next, for ever
    this.lastNumber = (this.lastNumber + 1) | 0;
    const number = this.lastNumber;
    port.postMessage({ number, name, given } satisfies SyncRequest);
    const { timeoutMs = 30_000, connectTimeoutMs = 5000 } = this.options;
    const deadline = performance.now() + timeoutMs * 2 + connectTimeoutMs * 2 + graceMs;
    for (;;) {
      const seen = Atomics.load(this.counter, 0);
      const response = receiveMessageOnPort(port) as { message: SyncResponse } | undefined;
      if (response?.message.number === number) return this.outcome(response.message);
      if (response !== undefined) continue;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw this.fail('the worker thread of @msession/facade/sync does not answer');
      Atomics.wait(this.counter, 0, seen, leftMs);
    }
  }

  /** Hangs up and ends the worker; the next call starts another. */
  close(): void {
    if (this.running === undefined) return;
    this.call('close', []);
    this.end();
  }

  private outcome({ outcome }: SyncResponse): CallOutcome {
    return { value: revive(outcome.value), warnings: outcome.warnings };
  }

  private start(): { readonly worker: Worker; readonly port: MessagePort } {
    if (this.running !== undefined) return this.running;
    const file = workerFile();
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(file, {
      workerData: { answered: this.counter.buffer, options: this.options, port: port2 },
      transferList: [port2],
      // MSESSION_URL may be set after the first call
      env: SHARE_ENV,
      // the worker needs none of the program's loaders and flags
      execArgv: [],
    });
    worker.on('error', () => this.end());
    // neither of them keeps the process running: a call under way holds the thread itself
    worker.unref();
    port1.unref();
    this.running = { worker, port: port1 };
    return this.running;
  }

  private fail(message: string): Error {
    this.end();
    return new Error(message);
  }

  private end(): void {
    const { running } = this;
    this.running = undefined;
    running?.port.close();
    void running?.worker.terminate();
  }
}

/** The worker stands beside this file, in the package's dist folder, as an ES module for both module systems. */
function workerFile(): string {
  const file = fileURLToPath(new URL('./sync-worker.js', import.meta.url));
  if (!existsSync(file)) throw new Error('@msession/facade/sync cannot find its sync-worker.js; is it bundled apart?');
  return file;
}
