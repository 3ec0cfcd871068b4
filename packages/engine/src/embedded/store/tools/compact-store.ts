// Gives back the room that sessions once took: the file is written anew without its free pages and takes the place of the
// old one in one step, when it is complete and on disk.
import { renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { checkFile } from '../file-check.js';
import { openStore, recordCount, removeStore } from '../store-environment.js';
import { reasonOf } from '../store-faults.js';
import { sessionsFile } from '../store-files.js';
import { StoreFault } from '../store-options.js';
import { copyEnvironment, sync } from './copy-environment.js';
import { giveTo } from './new-store.js';
import { occupy } from './store-access.js';

export interface CompactOptions {
  /** The store's directory; no daemon may have it. */
  readonly directory: string;
  readonly onProgress?: (bytes: number, of: number) => void;
  readonly signal?: AbortSignal;
}

export interface CompactReport {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** @throws StoreFault where a daemon has the store, it is damaged, or the disk has no room; it is as it was then */
export async function compactStore({ directory, ...copying }: CompactOptions): Promise<CompactReport> {
  const occupation = occupy(directory);
  const file = path.join(directory, sessionsFile);
  const draft = `${file}.new`;
  try {
    if (occupation.holder !== undefined)
      throw new StoreFault(
        `${directory} is in use by process ${occupation.holder}: a store is compacted at rest; stop the daemon first`,
      );
    checkFile(file);
    const before = statSync(file);
    try {
      removeStore(draft);
      await copyEnvironment(file, draft, { ...copying, isCompact: true });
      if ((await countIn(draft)) !== (await countIn(file))) throw new StoreFault(`the copy of ${file} is not complete`);
      giveTo(draft, before);
      sync(draft);
      renameSync(draft, file);
      // it belongs to the file that is gone
      rmSync(`${file}-lock`, { force: true });
      sync(directory);
    } catch (error) {
      if (error instanceof StoreFault || copying.signal?.aborted === true) throw error;
      throw new StoreFault(`cannot compact ${file}: ${reasonOf(error)}; it is as it was`);
    } finally {
      removeStore(draft);
    }
    return { bytesBefore: before.size, bytesAfter: statSync(file).size };
  } finally {
    occupation.release();
  }
}

async function countIn(file: string): Promise<number> {
  const environment = await openStore({ file, isSynced: true, isReadOnly: true });
  try {
    return recordCount(environment);
  } finally {
    await environment.root.close();
  }
}
