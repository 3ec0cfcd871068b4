// The thread that owns the disk: waiting for a flush is its job, so that the loop that answers requests never waits.
import { readlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { BatchApplier } from './batch-applier.js';
import { openTables } from './store-environment.js';
import { doJob, type StoreJob, type StoreWorkerData } from './store-writer.js';
import { WriterPauses } from './writer-pauses.js';

const data = workerData as StoreWorkerData;
if (!data.isAwaited) stepBack();
const environment = openTables(data);
const pauses = new WriterPauses(data.intervalMs);
const applier = new BatchApplier(environment, data.hashKey, data.maxStoreBytes, {
  file: data.file,
  onPiece: () => pauses.take(),
});

parentPort?.on('message', (job: StoreJob | null) => {
  if (job === null) {
    void environment.root.close().then(() => parentPort?.close());
    return;
  }
  pauses.isAllowed = !data.isAwaited && !isUrgent(job);
  parentPort?.postMessage(doJob(applier, job));
});

/** Whether somebody waits for a job: for memory, or for the process to end. */
function isUrgent(job: StoreJob): boolean {
  return job.kind === 'batch' ? job.aim !== 'journal' : job.kind === 'fold' && job.isAwaited;
}

/**
 * Lets the loop that answers requests go first where processors are few: nobody waits for this thread, and it has an
 * interval's time (bench `headline`, `write-1`). Elsewhere than on Linux a thread has no priority of its own.
 */
function stepBack(): void {
  try {
    os.setPriority(
      Number(path.basename(readlinkSync('/proc/thread-self'))),
      os.constants.priority.PRIORITY_BELOW_NORMAL,
    );
  } catch {
    // it is as well without
  }
}
