// The thread that owns the disk, seen from the engine: jobs are done one after the other, and a job's promise resolves
// when its transaction is on disk. Run from sources (tests), where there is no compiled worker, jobs are done in place.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type BatchPart, bytesOf } from './batch.js';
import { BatchApplier } from './batch-applier.js';
import type { StoreEnvironment, StoreState } from './store-environment.js';
import { reasonOf } from './store-faults.js';

export type StoreJob =
  /** The beginning of a batch, or more of it: on disk, but of no account before its end is there. */
  | { readonly kind: 'part'; readonly parts: readonly BatchPart[] }
  | BatchJob
  /** Takes so many operations of the journal into the tables; somebody may wait for all of it to be there. */
  | { readonly kind: 'fold'; readonly count: number; readonly isAwaited: boolean }
  | { readonly kind: 'openName'; readonly number: number; readonly name: string }
  | { readonly kind: 'indexSome'; readonly number: number; readonly after: Uint8Array | null; readonly limit: number }
  | { readonly kind: 'dropSome'; readonly number: number; readonly limit: number }
  | { readonly kind: 'maxStoreBytes'; readonly bytes: number };

/** A batch, or the end of one of which parts went ahead. */
export interface BatchJob {
  readonly kind: 'batch';
  readonly number: number;
  readonly parts: readonly BatchPart[];
  readonly state: StoreState;
  /** Where it goes: into the journal, to be folded later; with all that is there on into the tables; or only there. */
  readonly aim: 'journal' | 'both' | 'tables';
  /** How many bytes may gather in the journal before they are folded. */
  readonly gatherBytes: number;
}

export interface StoreWorkerData {
  readonly file: string;
  readonly isSynced: boolean;
  readonly hashKey: Uint8Array;
  readonly maxStoreBytes: number;
  /** Whether replies wait for what is written. */
  readonly isAwaited: boolean;
  /** Milliseconds between two batches. */
  readonly intervalMs: number;
}

/** How a job ended. */
export interface StoreOutcome {
  /** What kept it from the disk; nothing of it is there then. */
  readonly error?: string;
  /** Number of the last batch that is in the tables, with all before it. */
  readonly settled: number;
  /** Where an `indexSome` goes on, or something for a `dropSome` that goes on; null when all is done. */
  readonly next: Uint8Array | null;
}

export interface StoreWriter {
  /** Does a job; the parts of a batch belong to the writer until this resolves. Never rejects. */
  run(job: StoreJob): Promise<StoreOutcome>;
  close(): Promise<void>;
}

/** Does one job. */
export function doJob(applier: BatchApplier, job: StoreJob): StoreOutcome {
  try {
    const next = jobDone(applier, job);
    return { next, settled: applier.settled };
  } catch (error) {
    return { error: reasonOf(error), next: null, settled: applier.settled };
  }
}

function jobDone(applier: BatchApplier, job: StoreJob): Buffer | null {
  switch (job.kind) {
    case 'batch': {
      const batch = job.parts.map(bytesOf);
      if (job.aim === 'tables') applier.apply(batch, job.state, job.number);
      else if (job.aim === 'both') applier.settle(batch, job.state, job.number);
      else applier.append(batch, job.state, job.number, job.gatherBytes);
      return null;
    }
    case 'part':
      applier.begin(job.parts.map(bytesOf));
      return null;
    case 'fold':
      applier.fold(job.count);
      return null;
    case 'openName':
      applier.searched.openName(job.number, job.name);
      return null;
    case 'indexSome':
      return applier.searched.indexSome(job.number, job.after === null ? null : Buffer.from(job.after), job.limit);
    case 'dropSome':
      return applier.searched.dropSome(job.number, job.limit);
    case 'maxStoreBytes':
      applier.setMaxStoreBytes(job.bytes);
      return null;
  }
}

export function createStoreWriter(environment: StoreEnvironment, data: StoreWorkerData): StoreWriter {
  const file = fileURLToPath(new URL('./store-worker.js', import.meta.url));
  if (existsSync(file)) return new ThreadWriter(file, data);
  return new InPlaceWriter(new BatchApplier(environment, data.hashKey, data.maxStoreBytes, data));
}

/** What a batch leaves as garbage is little: room for more would be memory that is never given back (bench `scale`). */
const youngMiB = 6;

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
    this.#worker = new Worker(file, {
      workerData: data,
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: youngMiB },
    });
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
    if (this.#failure !== undefined) return Promise.resolve({ error: this.#failure, next: null, settled: 0 });
    return new Promise((resolve) => {
      this.#pending.push(resolve);
      // while something is on its way to disk the process must not fade away
      this.#worker.ref();
      this.#worker.postMessage(job);
    });
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    for (const resolve of this.#pending.splice(0)) resolve({ error: reason, next: null, settled: 0 });
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
