// The LMDB environment of a store: one file, with a table each for families, deadlines, families with locks, searched
// names, their postings, the journal, and facts about the store itself.
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { type Database, open, type RootDatabase } from 'lmdb';
import { checkFile, damaged } from './file-check.js';
import { foldJournal, hasJournal } from './journal.js';
import { isDiskFull, noRoomFor, reasonOf } from './store-faults.js';
import { migrate, storeFormat } from './store-format.js';
import { factGrowth, usedPages } from './store-growth.js';
import { StoreFault } from './store-options.js';
import { StoreRoom } from './store-room.js';

/** What the store knows about itself as of its last batch. */
export interface StoreState {
  /** The store's own time, which neither stands while the process lives nor follows a clock that is set. */
  readonly storeMs: number;
  /** Milliseconds since 1970 at that time. */
  readonly wallMs: number;
  /** Logical bytes of all sessions. */
  readonly usedBytes: number;
  readonly subSessions: number;
  /** No key above this was handed out. */
  readonly keyCeiling: number;
}

/** How the process that wrote last went about it. */
export interface StoreRun {
  readonly isClean: boolean;
  /** Records older than this may lack renewals that were never written. */
  readonly extendBeforeMs: number;
}

export interface StoreName {
  readonly number: number;
  readonly name: string;
  readonly isComplete: boolean;
}

export interface StoreEnvironment {
  readonly root: RootDatabase<unknown, Buffer>;
  readonly families: Database<Buffer, Buffer>;
  readonly deadlines: Database<Buffer, Buffer>;
  readonly locked: Database<Buffer, Buffer>;
  readonly names: Database<StoreName, number>;
  readonly postings: Database<Buffer, Buffer>;
  /** Batches that are on disk and not in the tables yet, by number. */
  readonly journal: Database<Buffer, number>;
  readonly meta: Database<unknown, string>;
  /** Asked before each transaction. */
  readonly room: StoreRoom;
}

/** Address space, not memory and not disk: large enough that the map never has to move under a reader. */
const mapBytes = 2 ** 38;

export interface EnvironmentOptions {
  readonly file: string;
  readonly isSynced: boolean;
  readonly isReadOnly?: boolean;
}

/** Opens tables that are known to be there, or makes them. */
export function openTables({ file, isSynced, isReadOnly = false }: EnvironmentOptions): StoreEnvironment {
  const root = open<unknown, Buffer>({
    path: file,
    noSubdir: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    maxDbs: 12,
    mapSize: mapBytes,
    overlappingSync: false,
    noSync: !isSynced,
    readOnly: isReadOnly,
  });
  const bytes = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const tables = {
    root,
    families: root.openDB<Buffer, Buffer>('families', bytes),
    deadlines: root.openDB<Buffer, Buffer>('deadlines', bytes),
    locked: root.openDB<Buffer, Buffer>('locked', bytes),
    names: root.openDB<StoreName, number>('names', { encoding: 'json', keyEncoding: 'uint32' }),
    postings: root.openDB<Buffer, Buffer>('postings', bytes),
    journal: root.openDB<Buffer, number>('journal', { encoding: 'binary', keyEncoding: 'uint32' }),
    meta: root.openDB<unknown, string>('meta', { encoding: 'json' }),
  };
  return { ...tables, room: new StoreRoom(root, file, () => usedPages(tables)) };
}

/**
 * Opens a store, makes it when it is missing and brings an older one to the form of today.
 *
 * @throws StoreFault for a file that is damaged, foreign or of a later version
 */
export async function openStore(options: EnvironmentOptions): Promise<StoreEnvironment> {
  const { file, isReadOnly = false } = options;
  if (!existsSync(file)) {
    if (isReadOnly) throw new StoreFault(`there is no store at ${file}`);
    await make(file);
  }
  checkFile(file, isReadOnly);
  let environment: StoreEnvironment | undefined;
  try {
    environment = openTables(options);
    migrate(environment, file, isReadOnly);
    if (isReadOnly || !hasJournal(environment)) return environment;
    foldJournal(environment, options.file);
    // LMDB keeps the memory of all pages that its largest transaction changed
    await environment.root.close();
    environment = undefined;
    environment = openTables(options);
    return environment;
  } catch (error) {
    await environment?.root.close();
    if (error instanceof StoreFault) throw error;
    if (isDiskFull(error)) throw noRoomFor(file, error);
    throw damaged(file, reasonOf(error));
  }
}

/** Makes a store under another name first, so that a crash leaves none rather than half of one. */
async function make(file: string): Promise<void> {
  const draft = `${file}.new`;
  removeStore(draft);
  try {
    const environment = openTables({ file: draft, isSynced: true });
    initialise(environment);
    await environment.root.close();
    renameSync(draft, file);
    removeStore(draft);
  } catch (error) {
    throw new StoreFault(`cannot make ${file}: ${reasonOf(error)}; its directory must exist and be writable`);
  }
}

/** Makes a store of an LMDB file that was just made; answers its key for hashes. */
export function initialise({ root, meta, room }: StoreEnvironment, hashKey: Buffer = randomBytes(8)): Buffer {
  room.require(factGrowth, true);
  root.transactionSync(() => {
    meta.putSync('format', storeFormat);
    meta.putSync('hashKey', hashKey.toString('hex'));
  });
  return hashKey;
}

/** Deletes a store's file and the one LMDB keeps beside it. */
export function removeStore(file: string): void {
  rmSync(file, { force: true });
  rmSync(`${file}-lock`, { force: true });
}

export function recordCount({ families }: StoreEnvironment): number {
  return (families.getStats() as { entryCount: number }).entryCount;
}
