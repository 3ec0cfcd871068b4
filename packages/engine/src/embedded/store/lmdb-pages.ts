// The pages of an LMDB file as they lie, read without LMDB: to see whether a file is whole before it is mapped, whether every
// page is what it should be, and to save what is left of one that is not. Nothing here writes, and nothing a file holds can do
// more than make a page unreadable.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const magic = 0xbeefc0de;
const metaBytes = 160;
const metaOffset = { magic: 24, pageBytes: 48, freeRoot: 88, mainRoot: 136, lastPage: 144, transaction: 152 } as const;
const largestPage = 65_536;
const usualPage = 4096;

const pageHeadBytes = 24;
const pageOffset = { number: 0, flags: 18, lower: 20, overflowPages: 20 } as const;
const pageFlag = { branch: 1, leaf: 2, overflow: 4 } as const;
const nodeHeadBytes = 8;
const nodeFlag = { overflow: 1, table: 2 } as const;
const tableBytes = 48;
const rootInTable = 40;
/** In place of the number of a root: the tree is empty. */
export const noPage = 2 ** 64;

/** One of the two heads of a file. */
export interface FileHead {
  readonly pageBytes: number;
  readonly freeRoot: number;
  readonly mainRoot: number;
  readonly lastPage: number;
  readonly transaction: number;
}

/** An entry of a leaf page. */
export interface LeafNode {
  readonly key: Buffer;
  /** What it holds, where that is in the page; undefined where it lies in pages of its own. */
  readonly data: Buffer | undefined;
  readonly dataBytes: number;
  /** Number of the first page of its own, where it has some. */
  readonly overflowPage: number | undefined;
  /** Root of the table it stands for, where it does. */
  readonly tableRoot: number | undefined;
}

export type Page =
  | { readonly kind: 'branch'; readonly children: readonly number[] }
  | { readonly kind: 'leaf'; readonly nodes: readonly LeafNode[] };

export class LmdbPages {
  readonly bytes: number;
  /** Both heads, where they can be read. */
  readonly heads: readonly (FileHead | undefined)[];
  readonly pageBytes: number;
  readonly #descriptor: number;

  /** @throws what the system has against opening the file */
  constructor(file: string) {
    this.#descriptor = openSync(file, 'r');
    this.bytes = fstatSync(this.#descriptor).size;
    const first = this.#headAt(0);
    const pageBytes = first?.pageBytes ?? usualPage;
    const second = this.#headAt(pageBytes);
    this.heads = [first, second];
    this.pageBytes = pageBytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** The head of the last transaction; with one that cannot be read the other. */
  get newest(): FileHead | undefined {
    const [first, second] = this.heads;
    if (first === undefined || second === undefined) return first ?? second;
    return first.transaction >= second.transaction ? first : second;
  }

  /** Pages that the file has room for, whole or not. */
  get pageCount(): number {
    return Math.ceil(this.bytes / this.pageBytes);
  }

  #headAt(at: number): FileHead | undefined {
    const head = Buffer.alloc(metaBytes);
    if (readSync(this.#descriptor, head, 0, metaBytes, at) < metaBytes) return undefined;
    const pageBytes = head.readUInt32LE(metaOffset.pageBytes);
    if (head.readUInt32LE(metaOffset.magic) !== magic) return undefined;
    if (pageBytes < 512 || pageBytes > largestPage || (pageBytes & (pageBytes - 1)) !== 0) return undefined;
    const lastPage = numberAt(head, metaOffset.lastPage);
    if (lastPage > 2 ** 40) return undefined;
    return {
      pageBytes,
      freeRoot: numberAt(head, metaOffset.freeRoot),
      mainRoot: numberAt(head, metaOffset.mainRoot),
      lastPage,
      transaction: numberAt(head, metaOffset.transaction),
    };
  }

  /** A page of a tree, or undefined when it is none or is cut off. Its buffers are the caller's. */
  page(number: number): Page | undefined {
    const page = Buffer.allocUnsafe(this.pageBytes);
    if (!this.#read(page, number)) return undefined;
    const flags = page.readUInt16LE(pageOffset.flags);
    if ((flags & pageFlag.branch) !== 0) {
      const children = nodesOf(page, (node) => page.readUInt32LE(node) + page.readUInt16LE(node + 4) * 2 ** 32);
      return children === undefined ? undefined : { kind: 'branch', children };
    }
    if ((flags & pageFlag.leaf) === 0) return undefined;
    const nodes = nodesOf(page, (node) => leafNode(page, node));
    return nodes === undefined ? undefined : { kind: 'leaf', nodes };
  }

  /** How many pages something has that lies in pages of its own; 0 when they are not what they should be. */
  overflowCount(number: number, dataBytes: number): number {
    const head = Buffer.alloc(pageHeadBytes);
    if (!this.#read(head, number) || (head.readUInt16LE(pageOffset.flags) & pageFlag.overflow) === 0) return 0;
    const count = head.readUInt32LE(pageOffset.overflowPages);
    const hasRoom = pageHeadBytes + dataBytes <= count * this.pageBytes;
    return hasRoom && (number + count) * this.pageBytes <= this.bytes ? count : 0;
  }

  /** What an entry holds, or undefined when it cannot be read. */
  dataOf({ data, overflowPage, dataBytes }: LeafNode): Buffer | undefined {
    if (overflowPage === undefined) return data;
    if (this.overflowCount(overflowPage, dataBytes) === 0) return undefined;
    const bytes = Buffer.allocUnsafe(dataBytes);
    const at = overflowPage * this.pageBytes + pageHeadBytes;
    return readSync(this.#descriptor, bytes, 0, dataBytes, at) === dataBytes ? bytes : undefined;
  }

  /** Fills a buffer with the beginning of a page; false when it is not there or is another. */
  #read(target: Buffer, number: number): boolean {
    if (number >= this.pageCount) return false;
    if (readSync(this.#descriptor, target, 0, target.length, number * this.pageBytes) !== target.length) return false;
    return numberAt(target, pageOffset.number) === number;
  }
}

function numberAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

/** What `read` makes of the nodes of a page; undefined when one lies outside it. */
function nodesOf<Item>(page: Buffer, read: (node: number) => Item | undefined): Item[] | undefined {
  const items: Item[] = [];
  // offsets count from behind the head
  const end = pageHeadBytes + page.readUInt16LE(pageOffset.lower);
  if (end > page.length) return undefined;
  for (let at = pageHeadBytes; at + 1 < end; at += 2) {
    const node = pageHeadBytes + page.readUInt16LE(at);
    if (node + nodeHeadBytes > page.length) return undefined;
    const item = read(node);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

function leafNode(page: Buffer, node: number): LeafNode | undefined {
  const dataBytes = page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 2 ** 16;
  const flags = page.readUInt16LE(node + 4);
  const dataAt = node + nodeHeadBytes + page.readUInt16LE(node + 6);
  const isOverflow = (flags & nodeFlag.overflow) !== 0;
  const isTable = (flags & nodeFlag.table) !== 0;
  if (dataAt + (isOverflow ? 8 : dataBytes) > page.length || (isTable && dataBytes < tableBytes)) return undefined;
  return {
    key: page.subarray(node + nodeHeadBytes, dataAt),
    data: isOverflow ? undefined : page.subarray(dataAt, dataAt + dataBytes),
    dataBytes,
    overflowPage: isOverflow ? numberAt(page, dataAt) : undefined,
    tableRoot: isTable ? numberAt(page, dataAt + rootInTable) : undefined,
  };
}
