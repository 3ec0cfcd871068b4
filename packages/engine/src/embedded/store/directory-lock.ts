// One process to a directory. The lock is a file that names its holder: process number and, where the system tells, the
// moment at which that process began, so that a number which was given to another process later is not mistaken for it.
// A holder that was killed leaves the file behind; whoever comes next sees that nobody is there and takes it over.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { reasonOf } from './store-faults.js';
import { StoreFault } from './store-options.js';

const lockName = 'lock';
const attempts = 16;
/** Directories that engines of this process hold. */
const heldHere = new Set<string>();

interface Holder {
  readonly pid: number;
  readonly beganAt: string | null;
}

export interface DirectoryLock {
  release(): void;
}

/** Somebody else has a directory. */
export class DirectoryInUse extends StoreFault {
  readonly pid: number;

  constructor(directory: string, pid: number) {
    super(
      `the data directory ${directory} is in use by process ${pid}; stop that one, or give this one another directory`,
    );
    this.pid = pid;
  }
}

/** Each step by itself: Node's recursive form goes round for ever where nobody may make anything, as in /proc. */
function makeDirectory(directory: string): void {
  const isThere = () => statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isThere()) return;
  const parent = path.dirname(directory);
  if (parent !== directory) makeDirectory(parent);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // another process may have made it meanwhile
    if (!isThere()) throw error;
  }
}

/** @throws StoreFault when another process, or another engine of this one, has the directory */
export function lockDirectory(directory: string): DirectoryLock {
  try {
    makeDirectory(path.resolve(directory));
  } catch (error) {
    throw new StoreFault(`cannot make the data directory ${directory}: ${reasonOf(error)}`);
  }
  const file = path.join(path.resolve(directory), lockName);
  const own = JSON.stringify({ pid: process.pid, beganAt: beganAt(process.pid) ?? null } satisfies Holder);
  if (heldHere.has(file)) throw new DirectoryInUse(directory, process.pid);
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, own, { mode: 0o600 });
    for (let i = 0; i < attempts; i++) {
      if (tryLink(draft, file)) {
        heldHere.add(file);
        return { release: () => release(file, own) };
      }
      const text = readLock(file);
      if (text === undefined) continue;
      const holder = holderOf(text);
      if (holder !== undefined && isAlive(holder)) throw new DirectoryInUse(directory, holder.pid);
      moveAway(file, text);
    }
  } catch (error) {
    if (error instanceof StoreFault) throw error;
    throw new StoreFault(`cannot write to the data directory ${directory}: ${reasonOf(error)}`);
  } finally {
    rmSync(draft, { force: true });
  }
  throw new StoreFault(`the lock of ${directory} is contended; try again`);
}

function tryLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Takes a dead holder's file away; should another have been quicker, its file is put back. */
function moveAway(file: string, seen: string): void {
  const aside = `${file}.${process.pid}.old`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') !== seen) tryLink(aside, file);
  } catch {
    // another was quicker
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(file: string, own: string): void {
  heldHere.delete(file);
  if (readLock(file) === own) rmSync(file, { force: true });
}

function holderOf(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    return Number.isInteger(holder.pid) && holder.pid > 0 ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  const began = beganAt(holder.pid);
  if (began !== undefined) return began === holder.beganAt;
  // no such process, a dead one that waits for its parent, or a system that does not tell
  if (holder.beganAt !== null || holder.pid === process.pid) return false;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a living process began, as the system counts it; undefined when there is none or the system does not tell. */
function beganAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the name stands in brackets and may hold anything
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
