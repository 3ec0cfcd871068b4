// Looks at a store's file before LMDB maps it: reading behind the end of a mapped file kills the process, so a file that
// is cut off, or none of LMDB's at all, is noticed here. A file may rightly be shorter than its map says, since the last
// pages of a crash may never have been written; then every page that is in use is looked for.
import { truncateSync } from 'node:fs';
import { LmdbPages } from './lmdb-pages.js';
import { PageSet, walkPages } from './page-walk.js';
import { StoreFault } from './store-options.js';

const wayOut =
  '"msession check" says what is wrong; put a backup in its place, or save what can be read by "msession dump --salvage" and make a new store of that by "msession restore", or begin anew in an empty directory';

/** A file is damaged, or none of ours. */
export class StoreDamage extends StoreFault {
  /** What is wrong with it, without what to do. */
  readonly reason: string;

  constructor(reason: string) {
    super(`${reason}; ${wayOut}`);
    this.reason = reason;
  }
}

/** @throws StoreDamage for a file that cannot be a store, or is cut off; none at all is no fault */
export function checkFile(file: string, isReadOnly = false): void {
  let pages: LmdbPages;
  try {
    pages = new LmdbPages(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new StoreFault(`cannot read ${file}: ${(error as Error).message}`);
  }
  try {
    const { bytes, pageBytes, heads, newest } = pages;
    if (newest === undefined && bytes >= 2 * pageBytes)
      throw new StoreDamage(`${file} is no session store of msession, or its head is damaged`);
    if (newest === undefined || heads.includes(undefined))
      throw damaged(
        file,
        bytes < 2 * pageBytes ? `it is cut off after ${bytes} bytes` : 'one of its two heads is unreadable',
      );
    const mappedBytes = (newest.lastPage + 1) * newest.pageBytes;
    if (bytes >= mappedBytes) return;
    // LMDB looks at free pages, too, before it uses them: they have to be there, whatever they hold
    if (!hasAllPages(pages)) throw damaged(file, `it is cut off after ${bytes} bytes`);
    if (!isReadOnly) truncateSync(file, mappedBytes);
  } finally {
    pages.close();
  }
}

/** The refusal of a file that turned out to be damaged. */
export function damaged(file: string, reason: string): StoreDamage {
  return new StoreDamage(`${file} is damaged: ${reason}`);
}

/** Goes through the trees from their roots: whether each page in use is in the file, and is what it should be. */
function hasAllPages(pages: LmdbPages): boolean {
  const { newest } = pages;
  if (newest === undefined) return false;
  let isWhole = true;
  const seen = new PageSet(pages.pageCount);
  for (const root of [newest.freeRoot, newest.mainRoot])
    walkPages(pages, root, seen, {
      onFault: () => {
        isWhole = false;
      },
    });
  return isWhole;
}
