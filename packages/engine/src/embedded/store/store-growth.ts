// How much a transaction may add to the store's file: bounds, from what it is about to write and how large the trees are.
import type { StoreEnvironment } from './store-environment.js';
import { type Growth, pageBytes } from './store-room.js';

/** Bytes of a page, or of an entry, that are LMDB's. */
const headBytes = 32;
/** Leaves that an operation on a family changes: its own, those of its old and its new deadline, one that is split. */
const leavesOfOperation = 4;
/** One branch page serves many entries. */
const entriesOfBranch = 64;

/** A few small facts. */
export const factGrowth: Growth = { pages: 8, pagesInRuns: 0 };

export const noGrowth: Growth = { pages: 0, pagesInRuns: 0 };

export function sum(a: Growth, b: Growth): Growth {
  return {
    pages: a.pages + b.pages,
    exactPages: () => (a.exactPages?.() ?? a.pages) + (b.exactPages?.() ?? b.pages),
    pagesInRuns: a.pagesInRuns + b.pagesInRuns,
  };
}

interface TreeStats {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** Pages of all trees in use, with the two that LMDB begins with. */
export function usedPages({ root, ...tables }: Omit<StoreEnvironment, 'room'>): number {
  const { root: names, free } = root.getStats() as { root: TreeStats; free: TreeStats };
  let pages = 2 + treePages(names) + treePages(free) + names.overflowPages + free.overflowPages;
  for (const table of Object.values(tables)) {
    const stats = table.getStats() as TreeStats;
    pages += treePages(stats) + stats.overflowPages;
  }
  return pages;
}

function treePages({ treeBranchPageCount, treeLeafPageCount }: TreeStats): number {
  return treeBranchPageCount + treeLeafPageCount;
}

/** Entries of the journal, of so many bytes each. */
export function journalGrowth(lengths: readonly number[]): Growth {
  let pages = Math.ceil(lengths.length / entriesOfBranch);
  let pagesInRuns = 0;
  for (const length of lengths) {
    const own = Math.ceil((length + headBytes) / pageBytes);
    pages += own;
    if (own > 1) pagesInRuns += own;
  }
  return { pages, pagesInRuns };
}

/** Operations on families, with records of so many bytes together, where so many names are searched. */
export function tableGrowth(
  environment: StoreEnvironment,
  operations: number,
  bytes: number,
  searched: number,
): Growth {
  const leaves = operations * (leavesOfOperation + 2 * searched);
  const records = Math.ceil(bytes / pageBytes) + 1;
  return {
    pages: leaves + records,
    exactPages: () => Math.min(leaves, mostLeaves(environment, operations)) + records,
    pagesInRuns: records,
  };
}

/** No more leaves are changed than there are, and some of them split. */
function mostLeaves({ families, deadlines, locked, postings }: StoreEnvironment, splits: number): number {
  const trees = [families, deadlines, locked, postings];
  return trees.reduce((sum, tree) => sum + treePages(tree.getStats() as TreeStats), splits);
}
