// A copy of a store that works beside a running daemon: the store as it was at one moment, that of its last batch.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkFile } from '../file-check.js';
import { reasonOf } from '../store-faults.js';
import { keysFile, sessionsFile } from '../store-files.js';
import { StoreFault } from '../store-options.js';
import { copyEnvironment } from './copy-environment.js';
import { NewStore } from './new-store.js';
import { occupy } from './store-access.js';

export interface BackupOptions {
  /** The store's directory. */
  readonly directory: string;
  /** An empty directory or one that is not there; it is a store when this resolves, and as it was when this rejects. */
  readonly to: string;
  /** Told now and then how many bytes are there, of how many. */
  readonly onProgress?: (bytes: number, of: number) => void;
  readonly signal?: AbortSignal;
}

export interface BackupReport {
  /** The number of the process that has the directory, where one has. */
  readonly holder: number | undefined;
}

/**
 * Copies a store. It is one read transaction, as long as copying takes; pages that a daemon frees meanwhile are not used
 * again before it ends.
 *
 * @throws StoreFault where there is no store, the target is not empty, or the disk has no room
 */
export async function backupStore({ directory, to, ...copying }: BackupOptions): Promise<BackupReport> {
  if (path.resolve(directory) === path.resolve(to))
    throw new StoreFault(`a backup of ${directory} cannot stand in its own place`);
  const occupation = occupy(directory);
  try {
    const file = path.join(directory, sessionsFile);
    const keys = path.join(directory, keysFile);
    if (occupation.holder === undefined) {
      checkFile(file, true);
      checkFile(keys, true);
    }
    const target = NewStore.begin(to);
    try {
      await copyEnvironment(file, target.sessionsDraft, copying);
      // behind the sessions, so that no key of theirs is above this ceiling
      if (existsSync(keys)) await copyEnvironment(keys, target.keysDraft);
      else throw new StoreFault(`${keys} is missing; start the daemon once, it makes it again`);
      target.finish();
    } catch (error) {
      target.abandon();
      if (error instanceof StoreFault || copying.signal?.aborted === true) throw error;
      throw new StoreFault(`cannot copy ${directory} to ${to}: ${reasonOf(error)}; nothing is left there`);
    }
    return { holder: occupation.holder };
  } finally {
    occupation.release();
  }
}
