// Looks at a store's file before LMDB maps it: reading behind the end of a mapped file kills the process, so a file that
// is shorter than its own map says, or none of LMDB's at all, is noticed here.
import { closeSync, fstatSync, openSync, readSync, truncateSync } from 'node:fs';
import { StoreFault } from './store-options.js';

const magic = 0xbeefc0de;
const headBytes = 160;
const offsets = { magic: 24, pageBytes: 48, lastPage: 144, transaction: 152 } as const;
const largestPage = 65_536;

const wayOut =
  "move it away to begin anew, or bring a backup or a dump into a new directory ('msession dump' reads what is left of it, 'msession restore' brings it in)";

export interface FileCheck {
  /** Bytes the file had before it was made as long as its map says; undefined when it was long enough. */
  readonly wasBytes: number | undefined;
}

interface Head {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: bigint;
}

/**
 * @throws StoreFault for a file that cannot be a store, or is cut off
 */
export function checkFile(file: string, mayExtend: boolean): FileCheck {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { wasBytes: undefined };
    throw new StoreFault(`cannot read ${file}: ${(error as Error).message}`);
  }
  try {
    const { size } = fstatSync(descriptor);
    const first = headAt(descriptor, 0);
    const pageBytes = first?.pageBytes ?? 4096;
    const second = headAt(descriptor, pageBytes);
    if (first === undefined && second === undefined)
      throw new StoreFault(
        size < 2 * pageBytes
          ? `${file} is damaged: it is cut off after ${size} bytes; ${wayOut}`
          : `${file} is no session store of msession, or its head is damaged; ${wayOut}`,
      );
    if (first === undefined || second === undefined)
      throw new StoreFault(`${file} is damaged: one of its two heads is not readable; ${wayOut}`);
    const newest = first.transaction >= second.transaction ? first : second;
    const neededBytes = (newest.lastPage + 1) * newest.pageBytes;
    if (size >= neededBytes) return { wasBytes: undefined };
    // the last pages of a crash may never have been written, and need not be; whether that is all, a walk must tell
    if (!mayExtend)
      throw new StoreFault(`${file} is shorter than it should be: ${size} of ${neededBytes} bytes; ${wayOut}`);
    truncateSync(file, neededBytes);
    return { wasBytes: size };
  } finally {
    closeSync(descriptor);
  }
}

/** The refusal of a file that turned out to be damaged; it is left as it was found. */
export function damaged(file: string, reason: string, { wasBytes }: FileCheck): StoreFault {
  if (wasBytes !== undefined) truncateSync(file, wasBytes);
  return new StoreFault(`${file} is damaged: ${reason}; ${wayOut}`);
}

function headAt(descriptor: number, at: number): Head | undefined {
  const head = Buffer.alloc(headBytes);
  if (readSync(descriptor, head, 0, headBytes, at) < headBytes) return undefined;
  const pageBytes = head.readUInt32LE(offsets.pageBytes);
  if (head.readUInt32LE(offsets.magic) !== magic) return undefined;
  if (pageBytes < 512 || pageBytes > largestPage || (pageBytes & (pageBytes - 1)) !== 0) return undefined;
  const lastPage = head.readBigUInt64LE(offsets.lastPage);
  if (lastPage > 2n ** 40n) return undefined;
  return { pageBytes, lastPage: Number(lastPage), transaction: head.readBigUInt64LE(offsets.transaction) };
}
