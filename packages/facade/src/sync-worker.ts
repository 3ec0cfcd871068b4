// The thread behind the synchronous functions: it owns the connection and answers one call at a time, while the calling
// thread sleeps on the shared counter. The answer is in the port before the counter moves.
import { type MessagePort, workerData } from 'node:worker_threads';
import { type CallOutcome, FacadeConnection } from './facade-connection.js';
import type { PhpArgument } from './function-table.js';
import { revive, type SyncRequest, type SyncWorkerData } from './sync-message.js';

const { answered, options, port } = workerData as SyncWorkerData & { readonly port: MessagePort };
const counter = new Int32Array(answered);
const connection = new FacadeConnection(options);

port.on('message', (request: SyncRequest) => {
  void answer(request).then((outcome) => {
    port.postMessage({ number: request.number, outcome });
    Atomics.store(counter, 0, request.number);
    Atomics.notify(counter, 0);
  });
});

async function answer({ name, given }: SyncRequest): Promise<CallOutcome> {
  if (name !== 'close') {
    try {
      return await connection.call(name, revive(given) as PhpArgument[]);
    } catch (error) {
      const message = `${name}(): ${error instanceof Error ? error.message : 'the worker thread failed'}`;
      return { value: false, warnings: [{ functionName: name, message, code: 'ERR' }] };
    }
  }
  await connection.close();
  return { value: null, warnings: [] };
}
