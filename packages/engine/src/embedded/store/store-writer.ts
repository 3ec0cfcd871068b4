// The thread that owns the disk, seen from the engine: jobs are done one after the other, and a job's promise resolves
// when its transaction is on disk. Run from sources (tests), where there is no compiled worker, jobs are done in place.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { BatchApplier } from './batch-applier.js';
import { reasonOf, type StoreEnvironment, type StoreState } from './store-environment.js';

export type StoreJob =
  | { readonly kind: 'batch'; readonly memory: ArrayBuffer; readonly bytes: number; readonly state: StoreState }
  | { readonly kind: 'openName'; readonly number: number; readonly name: string }
  | { readonly kind: 'indexSome'; readonly number: number; readonly after: Uint8Array | null; readonly limit: number }
  | { readonly kind: 'dropSome'; readonly number: number; readonly limit: number }
  | { readonly kind: 'maxStoreBytes'; readonly bytes: number };

export interface StoreWorkerData {
  readonly file: string;
  readonly isSynced: boolean;
  readonly hashKey: Uint8Array;
  readonly maxStoreBytes: number;
}

/** How a job ended. */
export interface StoreOutcome {
  /** What kept it from the disk; nothing of it is there then. */
  readonly error?: string;
  /** Where an `indexSome` goes on, or something for a `dropSome` that goes on; null when all is done. */
  readonly next: Uint8Array | null;
  /** The memory of a batch, given back. */
  readonly memory?: ArrayBuffer;
}

export interface StoreWriter {
  /** Does a job; the memory of a batch belongs to the writer until this resolves. Never rejects. */
  run(job: StoreJob): Promise<StoreOutcome>;
  close(): Promise<void>;
}

/** Does one job. */
export function doJob(applier: BatchApplier, job: StoreJob): StoreOutcome {
  const memory = job.kind === 'batch' ? { memory: job.memory } : {};
  try {
    return { next: jobDone(applier, job), ...memory };
  } catch (error) {
    return { error: reasonOf(error), next: null, ...memory };
  }
}

function jobDone(applier: BatchApplier, job: StoreJob): Buffer | null {
  switch (job.kind) {
    case 'batch':
      applier.apply(Buffer.from(job.memory, 0, job.bytes), job.state);
      return null;
    case 'openName':
      applier.openName(job.number, job.name);
      return null;
    case 'indexSome':
      return applier.indexSome(job.number, job.after === null ? null : Buffer.from(job.after), job.limit);
    case 'dropSome':
      return applier.dropSome(job.number, job.limit);
    case 'maxStoreBytes':
      applier.setMaxStoreBytes(job.bytes);
      return null;
  }
}

export function createStoreWriter(environment: StoreEnvironment, data: StoreWorkerData): StoreWriter {
  const file = fileURLToPath(new URL('./store-worker.js', import.meta.url));
  if (existsSync(file)) return new ThreadWriter(file, data);
  return new InPlaceWriter(new BatchApplier(environment, data.hashKey, data.maxStoreBytes));
}

class InPlaceWriter implements StoreWriter {
  readonly #applier: BatchApplier;

  constructor(applier: BatchApplier) {
    this.#applier = applier;
  }

  async run(job: StoreJob): Promise<StoreOutcome> {
    // never within the call, as a thread would not
    await undefined;
    return doJob(this.#applier, job);
  }

  async close(): Promise<void> {}
}

class ThreadWriter implements StoreWriter {
  readonly #worker: Worker;
  readonly #pending: ((outcome: StoreOutcome) => void)[] = [];
  #failure: string | undefined;

  constructor(file: string, data: StoreWorkerData) {
    this.#worker = new Worker(file, { workerData: data, execArgv: [] });
    this.#worker.on('message', (outcome: StoreOutcome) => {
      // answers come in the order of the jobs
      this.#pending.shift()?.(outcome);
      if (this.#pending.length === 0) this.#worker.unref();
    });
    this.#worker.on('error', (error: Error) => this.#fail(error.message));
    this.#worker.on('exit', () => this.#fail('the thread that writes to disk has ended'));
    this.#worker.unref();
  }

  run(job: StoreJob): Promise<StoreOutcome> {
    if (this.#failure !== undefined) return Promise.resolve({ error: this.#failure, next: null });
    return new Promise((resolve) => {
      this.#pending.push(resolve);
      // while something is on its way to disk the process must not fade away
      this.#worker.ref();
      this.#worker.postMessage(job, job.kind === 'batch' ? [job.memory] : []);
    });
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    for (const resolve of this.#pending.splice(0)) resolve({ error: reason, next: null });
  }

  async close(): Promise<void> {
    if (this.#failure !== undefined) return;
    this.#failure = 'the store is closed';
    await new Promise<void>((resolve) => {
      this.#worker.once('exit', () => resolve());
      this.#worker.ref();
      this.#worker.postMessage(null);
    });
  }
}
