// A new store as a target for sessions. Records go in through the applier that a running engine uses, so deadlines,
// postings and locks are entered by the same rules.
import { DumpFault } from '../../../dump/dump-fault.js';
import type { SessionTarget, StreamedFamily, StreamHeader } from '../../../dump/session-stream.js';
import { HalfSipHash } from '../../half-sip-hash.js';
import { idOffset } from '../../session-layout.js';
import { BatchBuilder, bytesOf, giveBack } from '../batch.js';
import { BatchApplier } from '../batch-applier.js';
import type { FamilyRecord } from '../family-record.js';
import { initialise, openTables, type StoreEnvironment, type StoreRun, type StoreState } from '../store-environment.js';
import { familyKey } from '../store-keys.js';
import { StoreFault } from '../store-options.js';
import { diskReason } from './disk-reason.js';
import { NewStore } from './new-store.js';
import { toRecord, writeRecord } from './streamed-record.js';

const batchBytes = 8 * 1024 * 1024;

export interface StoreTargetOptions {
  /** Where the store is to be: an empty directory or one that is not there. */
  readonly directory: string;
  /**
   * `passes` (default): time goes on since the moment of the stream, as for a store that lay still, so what would have ended
   * since has ended. `stands`: every session has what it had left at that moment.
   */
  readonly meanwhile?: 'passes' | 'stands';
}

/** A store that is made of what is put into it. `finish` gives it its name; until then no daemon sees it. */
export function storeTarget(options: StoreTargetOptions): SessionTarget {
  return new StoreTarget(options);
}

class StoreTarget implements SessionTarget {
  readonly #options: StoreTargetOptions;
  #store: NewStore | undefined;
  #environment: StoreEnvironment | undefined;
  #applier: BatchApplier | undefined;
  #hasher = new HalfSipHash();
  #header: StreamHeader = { atMs: 0, keyCeiling: 0, searched: [] };
  #usedBytes = 0;
  #subSessions = 0;
  readonly #pool: SharedArrayBuffer[] = [];
  #builder = new BatchBuilder(this.#pool);
  readonly #inBuilder = new Set<string>();

  constructor(options: StoreTargetOptions) {
    this.#options = options;
  }

  async begin(header: StreamHeader): Promise<void> {
    this.#header = header;
    this.#store = NewStore.begin(this.#options.directory);
    await this.#attempt(async () => {
      const file = (this.#store as NewStore).sessionsDraft;
      this.#environment = openTables({ file, isSynced: false });
      const hashKey = initialise(this.#environment, header.hashKey);
      this.#hasher = new HalfSipHash(hashKey);
      this.#applier = new BatchApplier(this.#environment, hashKey, 0);
      for (const [number, name] of header.searched.entries())
        this.#applier.searched.openName(number, name.toString('latin1'));
    });
  }

  async put(families: readonly StreamedFamily[]): Promise<void> {
    await this.#attempt(async () => {
      for (const family of families) this.#add(family);
    });
  }

  #add(family: StreamedFamily): void {
    const { id } = family;
    const key = familyKey(this.#hasher.hash(id, 0, id.length), id, 0, id.length);
    const keyText = key.toString('latin1');
    if (this.#inBuilder.has(keyText) || this.#environment?.families.doesExist(key) === true)
      throw new DumpFault(
        `${family.line === undefined ? '' : `line ${family.line}: `}field id is that of an earlier session`,
      );
    const record = toRecord(family, this.#header, this.#hasher);
    this.#inBuilder.add(keyText);
    this.#builder.beginPut(key, 0);
    writeRecord(this.#builder.writer, record);
    this.#builder.endPut(record.locks.length > 0);
    this.#count(id, record);
    if (this.#builder.bytes >= batchBytes) this.#flush();
  }

  #count(id: Buffer, { sessions }: FamilyRecord): void {
    this.#subSessions += Math.max(0, sessions.length - 1);
    for (const { sub, variables, data } of sessions)
      this.#usedBytes +=
        idOffset + id.length + (sub === undefined ? 0 : 1 + sub.length) + variables.length + data.length;
  }

  #flush(): void {
    const parts = this.#builder.finish();
    this.#applier?.apply(parts.map(bytesOf), this.#state());
    giveBack(parts, this.#pool, batchBytes);
    this.#builder = new BatchBuilder(this.#pool);
    this.#inBuilder.clear();
  }

  #state(): StoreState {
    const { atMs, keyCeiling } = this.#header;
    return {
      storeMs: atMs,
      wallMs: this.#options.meanwhile === 'stands' ? Date.now() : atMs,
      usedBytes: this.#usedBytes,
      subSessions: this.#subSessions,
      keyCeiling,
    };
  }

  async finish(): Promise<void> {
    const store = this.#store as NewStore;
    await this.#attempt(async () => {
      this.#flush();
      const { root, meta, names } = this.#environment as StoreEnvironment;
      root.transactionSync(() => {
        for (const { key, value } of [...names.getRange({})]) names.putSync(key, { ...value, isComplete: true });
        meta.putSync('run', { isClean: true, extendBeforeMs: 0 } satisfies StoreRun);
      });
      await root.close();
      this.#environment = undefined;
      await store.writeKeys(this.#header.keyCeiling);
    });
    store.finish();
    this.#store = undefined;
  }

  async abandon(): Promise<void> {
    await this.#environment?.root.close();
    this.#environment = undefined;
    this.#store?.abandon();
    this.#store = undefined;
  }

  /** What a disk has against it becomes a fault that names the directory. */
  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (error instanceof StoreFault || error instanceof DumpFault) throw error;
      throw new StoreFault(
        `cannot make a store in ${this.#options.directory}: ${diskReason(this.#options.directory, error)}; nothing is left there`,
      );
    }
  }
}
