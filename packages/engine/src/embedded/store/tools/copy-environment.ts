// Copies an LMDB file by LMDB's own means: in one read transaction, beside whoever writes it. While the copy is being
// written, pages that the writer frees are not used again, so its file may grow by what changes meanwhile.
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import { open } from 'lmdb';
import { removeStore } from '../store-environment.js';

export interface CopyOptions {
  /** Leaves free pages out. */
  readonly isCompact?: boolean;
  /** Told now and then how many bytes are there, of how many. */
  readonly onProgress?: (bytes: number, of: number) => void;
  /** Calls it off. LMDB goes on with its copy meanwhile, so a process should end soon. */
  readonly signal?: AbortSignal;
}

const progressMs = 250;

/** Makes a file that is on disk when this resolves; a failed one leaves nothing. `to` must not be there yet. */
export async function copyEnvironment(
  from: string,
  to: string,
  { isCompact = false, onProgress, signal }: CopyOptions = {},
): Promise<void> {
  const hadLock = existsSync(`${from}-lock`);
  const root = open({ path: from, noSubdir: true, encoding: 'binary', maxDbs: 12, mapSize: 2 ** 38, readOnly: true });
  const expected = statSync(from).size;
  const timer =
    onProgress === undefined ? undefined : setInterval(() => onProgress(sizeOf(to), expected), progressMs).unref();
  try {
    // a copy that was killed must not keep pages for ever
    root.readerCheck();
    await unlessAborted(root.backup(to, isCompact), signal);
    sync(to);
  } catch (error) {
    removeStore(to);
    throw error;
  } finally {
    clearInterval(timer);
    // LMDB may still be at it
    if (signal?.aborted !== true) await root.close();
    if (!hadLock) rmSync(`${from}-lock`, { force: true });
  }
}

function unlessAborted(copied: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return copied;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    copied.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Waits until a file, or the entries of a directory, are on disk. */
export function sync(file: string): void {
  const descriptor = openSync(file, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
