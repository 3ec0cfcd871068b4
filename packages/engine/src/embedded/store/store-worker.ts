// The thread that owns the disk: waiting for a flush is its job, so that the loop that answers requests never waits.
import { parentPort, workerData } from 'node:worker_threads';
import { BatchApplier } from './batch-applier.js';
import { openTables } from './store-environment.js';
import { doJob, type StoreJob, type StoreWorkerData } from './store-writer.js';

const { file, isSynced, hashKey, maxStoreBytes } = workerData as StoreWorkerData;
const environment = openTables({ file, isSynced });
const applier = new BatchApplier(environment, hashKey, maxStoreBytes);

parentPort?.on('message', (job: StoreJob | null) => {
  if (job === null) {
    void environment.root.close().then(() => parentPort?.close());
    return;
  }
  const outcome = doJob(applier, job);
  parentPort?.postMessage(outcome, outcome.memory === undefined ? [] : [outcome.memory]);
});
