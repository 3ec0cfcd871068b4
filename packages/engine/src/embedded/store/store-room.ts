// Room on the disk that is taken before LMDB needs it. A write that finds no room ends LMDB's process: it notes the reason
// behind the end of the memory it has for that. So where the disk has little room the file is made longer ahead of every
// transaction, by all pages that it may add; where it has none, the transaction is not begun. LMDB fills pages that became free first, so what
// was taken stays as it is for as long as there are such.
import { closeSync, fstatSync, openSync, statfsSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { RootDatabase } from 'lmdb';

export const pageBytes = 4096;

/** What a transaction may add to the file at most. */
export interface Growth {
  readonly pages: number;
  /** A closer bound than `pages`, for which the trees must be looked at. */
  readonly exactPages?: () => number;
  /** Those among them that may have to lie side by side, as the pages of a long record do. */
  readonly pagesInRuns: number;
}

/** Where the disk has this and what is needed, nothing is taken: nobody fills it up in the time of a transaction. */
const plentyBytes = 512 * 1024 * 1024;
/** What every transaction changes besides its entries: roots, the list of free pages, what the store knows of itself. */
const pagesOfItsOwn = 16;
/** Pages for transactions that free others; no other gets these. */
const keptPages = 256;
const zeros = Buffer.alloc(256 * pageBytes);
/** More than is needed is taken where that is less than this part of what the disk has, so that it is taken seldom. */
const takenOfDisk = 1 / 64;
const mostAhead = 2048;
/** So many times what is needed must be free: not all that is free is found, and not where it is needed. */
const looseness = 2;
const muchLooseness = 8;
/** Pages that became free in so many transactions may still be somebody's to read. */
const transactionsInSight = 3;

export class StoreRoom {
  readonly #root: RootDatabase<unknown, Buffer>;
  readonly #file: string;
  readonly #usedPages: () => number;
  #endPage = 0;
  /** Pages of the file behind all that are in use. */
  #ahead = 0;
  /** Pages of the last transactions that were let through. */
  #recent: number[] = [];

  readonly #plentyBytes: number;

  /** `usedPages`: those of all tables; `plenty`: bytes that a disk must have for nothing to be taken ahead. */
  constructor(root: RootDatabase<unknown, Buffer>, file: string, usedPages: () => number, plenty = plentyBytes) {
    this.#plentyBytes = plenty;
    this.#root = root;
    this.#file = file;
    this.#usedPages = usedPages;
  }

  /**
   * Makes sure that a transaction finds room; false where the disk has none. One that frees pages (`isFreeing`) may use
   * what is kept from others.
   */
  take({ pages, exactPages, pagesInRuns }: Growth, isFreeing = false): boolean {
    if (diskBytes(this.#file) >= this.#plentyBytes + pages * pageBytes * 2) return true;
    const kept = isFreeing ? 0 : keptPages;
    try {
      const needed = (exactPages?.() ?? pages) + pagesOfItsOwn;
      this.#ahead = this.#endPage - this.#nextPage;
      if (this.#ahead < needed + kept) this.#extend(needed + kept);
      const hasRoom =
        this.#ahead >= needed + kept ||
        (this.#ahead >= pagesInRuns + kept && this.#freePages >= needed * looseness) ||
        // long runs are there, too, where much is free
        (this.#ahead >= pagesInRuns && this.#freePages >= needed * muchLooseness);
      if (hasRoom) this.#recent = [needed, ...this.#recent.slice(0, transactionsInSight - 1)];
      return hasRoom;
    } finally {
      // a look is a reader, and pages that a reader may see are not used again
      this.#root.resetReadTxn();
    }
  }

  /** As `take`. @throws Error where there is no room */
  require(growth: Growth, isFreeing = false): void {
    if (!this.take(growth, isFreeing)) throw noRoom();
  }

  /** The first page that no transaction has used. */
  get #nextPage(): number {
    return (this.#root.getStats() as { lastPageNumber: number }).lastPageNumber + 1;
  }

  /** Pages in the file that are free to be used again, those left out that somebody may still read. */
  get #freePages(): number {
    const inSight = this.#recent.reduce((sum, pages) => sum + pages, 0);
    return this.#nextPage - this.#usedPages() - inSight;
  }

  #extend(pages: number): void {
    const nextPage = this.#nextPage;
    const file = openSync(this.#file, 'r+');
    try {
      // from the end of the file: what lies before it is LMDB's
      let at = fstatSync(file).size;
      const missing = nextPage + pages - Math.floor(at / pageBytes);
      const more = Math.min(mostAhead, Math.floor((diskBytes(this.#file) / pageBytes) * takenOfDisk));
      const end = missing > 0 ? (nextPage + pages + Math.min(missing, more)) * pageBytes : at;
      while (at < end) at += writeSync(file, zeros, 0, Math.min(zeros.length, end - at), at);
    } catch (error) {
      if (!isOutOfRoom(error)) throw error;
    } finally {
      this.#endPage = Math.floor(fstatSync(file).size / pageBytes);
      this.#ahead = this.#endPage - nextPage;
      closeSync(file);
    }
  }
}

/** Room on the disk of a file; infinite where nobody says. */
export function diskBytes(file: string): number {
  try {
    const { bavail, bsize } = statfsSync(path.dirname(file));
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

export function noRoom(): Error {
  return new Error('no space left on device');
}

function isOutOfRoom(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}
