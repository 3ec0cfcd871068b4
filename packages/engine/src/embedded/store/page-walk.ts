// Goes through the trees of an LMDB file page by page. Each page stands in one place of one tree, so a page that comes up twice
// is as wrong as one that is not there.
import { type LeafNode, type LmdbPages, noPage } from './lmdb-pages.js';

export interface PageVisitor {
  /** A leaf page of a tree, in order of its keys. */
  onLeaf?(nodes: readonly LeafNode[], page: number): void;
  /** A page that cannot be read, or that is used twice. */
  onFault(page: number, what: string): void;
}

/** Pages that were come across. */
export class PageSet {
  count = 0;
  readonly #bits: Uint8Array;

  constructor(pages: number) {
    this.#bits = new Uint8Array((pages >> 3) + 1);
  }

  has(page: number): boolean {
    return ((this.#bits[page >> 3] ?? 0) & (1 << (page & 7))) !== 0;
  }

  /** False when it was in the set already. */
  add(page: number): boolean {
    if (this.has(page)) return false;
    this.#bits[page >> 3] = (this.#bits[page >> 3] as number) | (1 << (page & 7));
    this.count++;
    return true;
  }
}

/** Visits the pages below a root; those of tables that stand in it, too. */
export function walkPages(pages: LmdbPages, root: number, seen: PageSet, visitor: PageVisitor): void {
  const pending = [root];
  for (let number = pending.pop(); number !== undefined; number = pending.pop()) {
    if (number === noPage) continue;
    const page = pages.page(number);
    if (page === undefined) {
      visitor.onFault(number, 'is not what it should be');
      continue;
    }
    if (!seen.add(number)) {
      visitor.onFault(number, 'is used twice');
      continue;
    }
    if (page.kind === 'branch') {
      for (let i = page.children.length - 1; i >= 0; i--) pending.push(page.children[i] as number);
      continue;
    }
    for (const { overflowPage, dataBytes, tableRoot } of page.nodes) {
      if (tableRoot !== undefined) pending.push(tableRoot);
      if (overflowPage === undefined) continue;
      const count = pages.overflowCount(overflowPage, dataBytes);
      if (count === 0) visitor.onFault(overflowPage, 'is not what it should be');
      for (let i = 0; i < count; i++)
        if (!seen.add(overflowPage + i)) visitor.onFault(overflowPage + i, 'is used twice');
    }
    visitor.onLeaf?.(page.nodes, number);
  }
}
