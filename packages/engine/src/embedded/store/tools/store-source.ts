// A store as a source of sessions: read in short transactions, a few hundred records at a time.
import type { SessionSource, StreamedFamily, StreamHeader } from '../../../dump/session-stream.js';
import { HalfSipHash } from '../../half-sip-hash.js';
import { faultOf, readRecord } from '../family-record.js';
import { damaged } from '../file-check.js';
import { recordCount, type StoreEnvironment, type StoreRun, type StoreState } from '../store-environment.js';
import { familyKey, idOfKey, keyAfter } from '../store-keys.js';
import { recordFault } from './record-fault.js';
import { keyCeilingOf, openQuietly, type QuietStore, type StoreAccessOptions } from './store-access.js';
import { fromRecord, type RecordReading } from './streamed-record.js';

const recordsAtOnce = 512;
const portionBytes = 2 * 1024 * 1024;

/** What a stream takes from facts about the store. */
export interface StoreFacts {
  readonly state: StoreState | undefined;
  readonly run: StoreRun | undefined;
  readonly hashKey: Buffer;
  readonly searched: readonly string[];
  readonly keyCeiling: number;
}

/** The header of a stream and how its records are read. */
export function readingOf(facts: StoreFacts): { readonly header: StreamHeader; readonly reading: RecordReading } {
  const { state, run, hashKey } = facts;
  const atMs = Math.floor(state?.wallMs ?? Date.now());
  // of a process that has not ended in order any record may lack renewals
  const extendBeforeMs = run === undefined ? 0 : run.isClean ? run.extendBeforeMs : Number.POSITIVE_INFINITY;
  return {
    header: {
      atMs,
      keyCeiling: facts.keyCeiling,
      searched: facts.searched.map((name) => Buffer.from(name, 'latin1')),
      hashKey,
    },
    reading: { storeMs: state?.storeMs ?? atMs, extendBeforeMs, hasher: new HalfSipHash(hashKey) },
  };
}

export function factsOf(environment: StoreEnvironment, keyCeiling: number): StoreFacts {
  const { meta, names } = environment;
  return {
    state: meta.get('state') as StoreState | undefined,
    run: meta.get('run') as StoreRun | undefined,
    hashKey: Buffer.from(String(meta.get('hashKey')), 'hex'),
    searched: [...names.getRange({})].map(({ value }) => value.name),
    keyCeiling,
  };
}

/**
 * The sessions of a store, as of its last batch. Beside a daemon a copy of the store is read, which was made in one short
 * transaction.
 *
 * @throws StoreFault for a store that is missing, damaged or of a later version
 */
export async function storeSource(options: StoreAccessOptions): Promise<SessionSource> {
  const store = await openQuietly(options);
  try {
    return await sourceOf(store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function sourceOf(store: QuietStore): Promise<SessionSource> {
  const { environment } = store;
  const { header, reading } = readingOf(factsOf(environment, await keyCeilingOf(store)));
  return {
    header,
    expected: recordCount(environment),
    families: () => familiesOf(store, reading),
    close: () => store.close(),
  };
}

async function* familiesOf(
  { environment, sessionsFile }: QuietStore,
  reading: RecordReading,
): AsyncGenerator<readonly StreamedFamily[]> {
  let start: Buffer | undefined;
  for (;;) {
    const portion: StreamedFamily[] = [];
    let bytes = 0;
    for (const { key, value } of environment.families.getRange({
      ...(start === undefined ? {} : { start }),
      limit: recordsAtOnce,
    })) {
      const id = Buffer.from(idOfKey(key));
      const fault = faultOf(value) ?? recordFault(value) ?? misfiled(key, id, reading);
      if (fault !== undefined) throw damaged(sessionsFile, fault);
      portion.push(fromRecord(id, readRecord(value), reading));
      start = keyAfter(key);
      bytes += value.length;
      if (bytes >= portionBytes) break;
    }
    environment.root.resetReadTxn();
    if (portion.length === 0) return;
    yield portion;
  }
}

function misfiled(key: Buffer, id: Buffer, { hasher }: RecordReading): string | undefined {
  const expected = familyKey(hasher.hash(id, 0, id.length), id, 0, id.length);
  return expected.equals(key) ? undefined : 'a record is filed under the id of another';
}
