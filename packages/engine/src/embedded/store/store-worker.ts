// The thread that owns the disk: waiting for a flush is its job, so that the loop that answers requests never waits.
import { parentPort, workerData } from 'node:worker_threads';
import { BatchApplier } from './batch-applier.js';
import { openTables } from './store-environment.js';
import { doJob, type StoreJob, type StoreWorkerData } from './store-writer.js';

const data = workerData as StoreWorkerData;
const environment = openTables(data);
const applier = new BatchApplier(environment, data.hashKey, data.maxStoreBytes, data);

parentPort?.on('message', (job: StoreJob | null) => {
  if (job === null) {
    void environment.root.close().then(() => parentPort?.close());
    return;
  }
  const outcome = doJob(applier, job);
  parentPort?.postMessage(outcome, outcome.memory === undefined ? [] : [outcome.memory]);
});
