// A store at rest, for whoever reads all of it: the store itself where nobody else has it, kept from others meanwhile; a
// copy, made in one short transaction, where a daemon has it, where it must be brought to the form of today first, or
// where a daemon that was killed left batches in the journal. What
// is read is a store that existed at one moment, and a slow reader keeps no pages of a running daemon from being used again.
import { accessSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { open } from 'lmdb';
import { DirectoryInUse, lockDirectory } from '../directory-lock.js';
import { checkFile, damaged } from '../file-check.js';
import { hasJournal } from '../journal.js';
import { ceilingIn } from '../key-ceiling.js';
import { openStore, type StoreEnvironment } from '../store-environment.js';
import { reasonOf } from '../store-faults.js';
import { keysFile, sessionsFile } from '../store-files.js';
import { storeFormat } from '../store-format.js';
import { StoreFault } from '../store-options.js';
import { copyEnvironment } from './copy-environment.js';

export interface StoreAccessOptions {
  /** A store's directory. */
  readonly directory: string;
  /** Where a copy may stand while it is read; default the system's directory for what is temporary. */
  readonly scratch?: string;
  readonly signal?: AbortSignal;
}

export interface QuietStore {
  readonly environment: StoreEnvironment;
  /** The files that are read. */
  readonly sessionsFile: string;
  readonly keysFile: string;
  /** The number of the process that has the directory, where one has. */
  readonly holder: number | undefined;
  close(): Promise<void>;
}

/** Who else is at a directory: nobody, and nobody will until `release`; a process; or nobody who could write there. */
export interface Occupation {
  readonly holder: number | undefined;
  release(): void;
}

/** @throws StoreFault where there is no store */
export function occupy(directory: string): Occupation {
  mustHaveStore(directory);
  try {
    accessSync(directory, constants.W_OK);
  } catch {
    return { holder: undefined, release: () => {} };
  }
  try {
    const lock = lockDirectory(directory);
    return { holder: undefined, release: () => lock.release() };
  } catch (error) {
    if (error instanceof DirectoryInUse) return { holder: error.pid, release: () => {} };
    throw error;
  }
}

export function mustHaveStore(directory: string): void {
  if (!existsSync(directory)) throw new StoreFault(`there is no directory ${directory}`);
  if (existsSync(path.join(directory, sessionsFile))) return;
  throw new StoreFault(
    `there is no store in ${directory}: it has no ${sessionsFile}; name the data-dir of a daemon that keeps its sessions (durability other than none)`,
  );
}

/** @throws StoreFault for a store that is missing, damaged or of a later form, or a copy that cannot be made */
export async function openQuietly({ directory, scratch, signal }: StoreAccessOptions): Promise<QuietStore> {
  const occupation = occupy(directory);
  const file = path.join(directory, sessionsFile);
  const keys = path.join(directory, keysFile);
  try {
    if (occupation.holder === undefined) {
      checkFile(file, !isWritable(file));
      checkFile(keys, !isWritable(keys));
    }
    const format = await formatOf(file);
    const hadLock = existsSync(`${file}-lock`);
    // what a process that was killed left in the journal must be folded into the tables first
    const environment = occupation.holder !== undefined || format < storeFormat ? undefined : await openFolded(file);
    if (environment === undefined) {
      const copy = await copyOf(file, keys, scratch, signal);
      return {
        ...copy,
        holder: occupation.holder,
        close: async () => {
          await copy.close();
          occupation.release();
        },
      };
    }
    return {
      environment,
      sessionsFile: file,
      keysFile: keys,
      holder: undefined,
      close: async () => {
        await environment.root.close();
        // whoever reads may be another user than the daemon's, who could not open this file then
        if (!hadLock && isWritable(directory)) rmSync(`${file}-lock`, { force: true });
        occupation.release();
      },
    };
  } catch (error) {
    occupation.release();
    throw error;
  }
}

/** A store whose tables have all that is in its file; undefined when there is more in its journal. */
async function openFolded(file: string): Promise<StoreEnvironment | undefined> {
  const environment = await openStore({ file, isSynced: true, isReadOnly: true });
  if (!hasJournal(environment)) return environment;
  await environment.root.close();
  return undefined;
}

/** The ceiling of keys: what either file knows. */
export async function keyCeilingOf({ environment, keysFile: file }: QuietStore): Promise<number> {
  const state = environment.meta.get('state') as { readonly keyCeiling?: number } | undefined;
  return Math.max(state?.keyCeiling ?? 0, (await ceilingIn(file)) ?? 0);
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The version of a store's form, without a look at tables that an older one may lack. */
async function formatOf(file: string): Promise<number> {
  let root: ReturnType<typeof open> | undefined;
  try {
    root = open({ path: file, noSubdir: true, encoding: 'binary', maxDbs: 12, mapSize: 2 ** 38, readOnly: true });
    const format: unknown = root.openDB<unknown, string>('meta', { encoding: 'json' }).get('format');
    if (typeof format === 'number') return format;
  } catch (error) {
    throw damaged(file, reasonOf(error));
  } finally {
    await root?.close();
  }
  throw new StoreFault(`${file} is no session store of msession`);
}

async function copyOf(
  file: string,
  keys: string,
  scratch = tmpdir(),
  signal?: AbortSignal,
): Promise<Pick<QuietStore, 'environment' | 'sessionsFile' | 'keysFile' | 'close'>> {
  const folder = makeFolder(scratch);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const copied = path.join(folder, sessionsFile);
    const copiedKeys = path.join(folder, keysFile);
    try {
      await copyEnvironment(file, copied, signal === undefined ? {} : { signal });
      // behind the sessions, so that no key of theirs is above this ceiling
      if (existsSync(keys)) await copyEnvironment(keys, copiedKeys);
    } catch (error) {
      signal?.throwIfAborted();
      throw new StoreFault(
        `cannot copy ${file} to ${folder}: ${reasonOf(error)}; name a directory with room by --scratch`,
      );
    }
    const environment = await openStore({ file: copied, isSynced: false });
    return {
      environment,
      sessionsFile: copied,
      keysFile: copiedKeys,
      close: async () => {
        await environment.root.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function makeFolder(scratch: string): string {
  try {
    return mkdtempSync(path.join(scratch, 'msession-copy-'));
  } catch (error) {
    throw new StoreFault(`cannot make a directory in ${scratch}: ${reasonOf(error)}; name another by --scratch`);
  }
}
