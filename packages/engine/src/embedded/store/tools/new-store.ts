// A store that is being made in an empty or new directory. It is put together under other names and gets its own at the very
// end, the file of sessions last: until then there is no store, and afterwards there is all of it. The directory is kept
// from daemons meanwhile. What a killed attempt leaves behind is removed by the next one, and by a daemon that starts there.
import { chownSync, existsSync, readdirSync, renameSync, rmdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { open } from 'lmdb';
import { DirectoryInUse, type DirectoryLock, lockDirectory } from '../directory-lock.js';
import { removeStore } from '../store-environment.js';
import { reasonOf } from '../store-faults.js';
import { keysFile, sessionsFile } from '../store-files.js';
import { StoreFault } from '../store-options.js';
import { sync } from './copy-environment.js';

const draftSuffix = '.new';
/** What may be in a directory that counts as empty. */
const passedBy = /^(lock(\..*)?|lost\+found|.*\.new(-lock)?)$/;

export class NewStore {
  readonly directory: string;
  readonly sessionsDraft: string;
  readonly keysDraft: string;
  readonly #lock: DirectoryLock;
  readonly #made: readonly string[];

  private constructor(directory: string, lock: DirectoryLock, made: readonly string[]) {
    this.directory = directory;
    this.#lock = lock;
    this.#made = made;
    this.sessionsDraft = path.join(directory, sessionsFile + draftSuffix);
    this.keysDraft = path.join(directory, keysFile + draftSuffix);
  }

  /** @throws StoreFault where it is not empty, in use, or cannot be made */
  static begin(directory: string): NewStore {
    const made = missing(path.resolve(directory));
    if (existsSync(directory)) {
      if (!statSync(directory).isDirectory()) throw new StoreFault(`${directory} is no directory`);
      const found = readdirSync(directory).find((name) => !passedBy.test(name));
      if (found !== undefined)
        throw new StoreFault(
          `${directory} is not empty (it has ${found}): a store is made in an empty directory or a new one only; move that one away first`,
        );
    }
    let lock: DirectoryLock;
    try {
      lock = lockDirectory(directory);
    } catch (error) {
      removeEmpty(made);
      if (error instanceof DirectoryInUse)
        throw new StoreFault(`${directory} is in use by process ${error.pid}; name another directory`);
      throw error;
    }
    const store = new NewStore(directory, lock, made);
    store.#removeDrafts();
    return store;
  }

  /** Makes the file of keys. */
  async writeKeys(ceiling: number): Promise<void> {
    const table = open<number, string>({
      path: this.keysDraft,
      noSubdir: true,
      encoding: 'json',
      overlappingSync: false,
    });
    try {
      table.putSync('ceiling', ceiling);
    } finally {
      await table.close();
    }
  }

  /** Gives the files their names. Both drafts must be there and nobody may have them open. */
  finish(): void {
    try {
      const owner = statSync(this.directory);
      for (const [draft, name] of [
        [this.keysDraft, keysFile],
        [this.sessionsDraft, sessionsFile],
      ] as const) {
        giveTo(draft, owner);
        sync(draft);
        renameSync(draft, path.join(this.directory, name));
      }
      sync(this.directory);
    } catch (error) {
      throw new StoreFault(`cannot make the store in ${this.directory}: ${reasonOf(error)}`);
    }
    this.#removeDrafts();
    this.#lock.release();
  }

  /** Takes everything back. */
  abandon(): void {
    this.#removeDrafts();
    removeStore(path.join(this.directory, keysFile));
    this.#lock.release();
    removeEmpty(this.#made);
  }

  #removeDrafts(): void {
    removeStore(this.sessionsDraft);
    removeStore(this.keysDraft);
  }
}

/** Gives a file to the owner of another, where this process may: the daemon must be able to open it. */
export function giveTo(file: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  if (process.getuid?.() === 0) chownSync(file, uid, gid);
}

/** Directories of a path that are not there yet, the innermost first. */
function missing(directory: string): string[] {
  const found: string[] = [];
  for (let at = directory; !existsSync(at); at = path.dirname(at)) found.push(at);
  return found;
}

function removeEmpty(directories: readonly string[]): void {
  try {
    for (const directory of directories) rmdirSync(directory);
  } catch {
    // somebody else put something there
  }
}
