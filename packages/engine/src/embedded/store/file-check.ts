// Looks at a store's file before LMDB maps it: reading behind the end of a mapped file kills the process, so a file that
// is cut off, or none of LMDB's at all, is noticed here. A file may rightly be shorter than its map says, since the last
// pages of a crash may never have been written; then every page that is in use is looked for.
import { closeSync, fstatSync, openSync, readSync, truncateSync } from 'node:fs';
import { StoreFault } from './store-options.js';

const magic = 0xbeefc0de;
const metaBytes = 160;
const metaOffset = { magic: 24, pageBytes: 48, freeRoot: 88, mainRoot: 136, lastPage: 144, transaction: 152 } as const;
const largestPage = 65_536;

const pageHeadBytes = 24;
const pageOffset = { number: 0, flags: 18, lower: 20, overflowPages: 20 } as const;
const pageFlag = { branch: 1, leaf: 2, overflow: 4 } as const;
const nodeHeadBytes = 8;
const nodeFlag = { overflow: 1, table: 2 } as const;
const rootInTable = 40;
const noPage = 2n ** 64n - 1n;

const wayOut =
  'move its directory away to begin anew, or put a backup (both files, copied while no server ran) in its place';

interface Meta {
  readonly pageBytes: number;
  readonly roots: readonly bigint[];
  readonly lastPage: number;
  readonly transaction: bigint;
}

/** @throws StoreFault for a file that cannot be a store, or is cut off; none at all is no fault */
export function checkFile(file: string, isReadOnly = false): void {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new StoreFault(`cannot read ${file}: ${(error as Error).message}`);
  }
  try {
    const { size } = fstatSync(descriptor);
    const first = metaAt(descriptor, 0);
    const pageBytes = first?.pageBytes ?? 4096;
    const second = metaAt(descriptor, pageBytes);
    if (first === undefined && second === undefined && size >= 2 * pageBytes)
      throw new StoreFault(`${file} is no session store of msession, or its head is damaged; ${wayOut}`);
    if (first === undefined || second === undefined)
      throw damaged(
        file,
        size < 2 * pageBytes ? `it is cut off after ${size} bytes` : 'one of its two heads is unreadable',
      );
    const newest = first.transaction >= second.transaction ? first : second;
    const mappedBytes = (newest.lastPage + 1) * newest.pageBytes;
    if (size >= mappedBytes) return;
    // LMDB looks at free pages, too, before it uses them: they have to be there, whatever they hold
    if (hasAllPages(descriptor, size, newest) && !isReadOnly) truncateSync(file, mappedBytes);
    else throw damaged(file, `it is cut off after ${size} bytes`);
  } finally {
    closeSync(descriptor);
  }
}

/** The refusal of a file that turned out to be damaged. */
export function damaged(file: string, reason: string): StoreFault {
  return new StoreFault(`${file} is damaged: ${reason}; ${wayOut}`);
}

function metaAt(descriptor: number, at: number): Meta | undefined {
  const meta = Buffer.alloc(metaBytes);
  if (readSync(descriptor, meta, 0, metaBytes, at) < metaBytes) return undefined;
  const pageBytes = meta.readUInt32LE(metaOffset.pageBytes);
  if (meta.readUInt32LE(metaOffset.magic) !== magic) return undefined;
  if (pageBytes < 512 || pageBytes > largestPage || (pageBytes & (pageBytes - 1)) !== 0) return undefined;
  const lastPage = meta.readBigUInt64LE(metaOffset.lastPage);
  if (lastPage > 2n ** 40n) return undefined;
  return {
    pageBytes,
    roots: [meta.readBigUInt64LE(metaOffset.freeRoot), meta.readBigUInt64LE(metaOffset.mainRoot)],
    lastPage: Number(lastPage),
    transaction: meta.readBigUInt64LE(metaOffset.transaction),
  };
}

/** Goes through the trees from their roots: whether each page in use is in the file, and is what it should be. */
function hasAllPages(descriptor: number, size: number, { pageBytes, roots, lastPage }: Meta): boolean {
  const page = Buffer.alloc(pageBytes);
  const read = (number: bigint): boolean =>
    number <= lastPage &&
    readSync(descriptor, page, 0, pageBytes, Number(number) * pageBytes) === pageBytes &&
    page.readBigUInt64LE(pageOffset.number) === number;
  const pending = [...roots];
  const overflows: bigint[] = [];
  for (let number = pending.pop(); number !== undefined; number = pending.pop()) {
    if (number === noPage) continue;
    if (!read(number) || !noteChildren(page, pending, overflows)) return false;
  }
  return overflows.every((number) => {
    if (!read(number) || (page.readUInt16LE(pageOffset.flags) & pageFlag.overflow) === 0) return false;
    return (Number(number) + page.readUInt32LE(pageOffset.overflowPages)) * pageBytes <= size;
  });
}

/** Adds the pages that a page of a tree refers to; false when it is none. */
function noteChildren(page: Buffer, pages: bigint[], overflows: bigint[]): boolean {
  const flags = page.readUInt16LE(pageOffset.flags);
  const isBranch = (flags & pageFlag.branch) !== 0;
  if (!isBranch && (flags & pageFlag.leaf) === 0) return false;
  // offsets count from behind the head
  const end = Math.min(page.length - 1, pageHeadBytes + page.readUInt16LE(pageOffset.lower));
  for (let at = pageHeadBytes; at < end; at += 2) {
    const node = pageHeadBytes + page.readUInt16LE(at);
    if (node + nodeHeadBytes > page.length) return false;
    const low = page.readUInt32LE(node);
    const nodeFlags = page.readUInt16LE(node + 4);
    const data = node + nodeHeadBytes + page.readUInt16LE(node + 6);
    if (isBranch) {
      pages.push(BigInt(low) + (BigInt(nodeFlags) << 32n));
    } else if ((nodeFlags & nodeFlag.table) !== 0) {
      if (data + rootInTable + 8 > page.length) return false;
      pages.push(page.readBigUInt64LE(data + rootInTable));
    } else if ((nodeFlags & nodeFlag.overflow) !== 0) {
      if (data + 8 > page.length) return false;
      overflows.push(page.readBigUInt64LE(data));
    }
  }
  return true;
}
