// What can be read of a store that is damaged, as a source of sessions. LMDB would not open it, or end the process on it, so
// its pages are read as they lie. Sessions are found by going down the tree of families; where pages of it are missing, all
// pages are searched for records that the tree does not lead to. A record proves itself by its checksum and its place.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SessionSource, StreamedFamily } from '../../../dump/session-stream.js';
import { HalfSipHash } from '../../half-sip-hash.js';
import { visitBatch } from '../batch.js';
import { checksumOf, checksumOffset, faultOf, readRecord } from '../family-record.js';
import { operationsOf, sealedSinceFormat } from '../journal.js';
import { type LeafNode, LmdbPages, noPage } from '../lmdb-pages.js';
import { PageSet, walkPages } from '../page-walk.js';
import type { StoreRun, StoreState } from '../store-environment.js';
import { keysFile, sessionsFile } from '../store-files.js';
import { familyKey, idOfKey } from '../store-keys.js';
import { StoreFault } from '../store-options.js';
import { familyIdFault, recordFault } from './record-fault.js';
import { mustHaveStore, occupy } from './store-access.js';
import { readingOf } from './store-source.js';
import { fromRecord } from './streamed-record.js';

const portionBytes = 2 * 1024 * 1024;
/** How far above what is known the ceiling of keys is set where its file cannot be read: beyond any that was in force. */
const ceilingMargin = 120_000_000;

export interface SalvageReport {
  /** Pages of the tree of sessions that cannot be read. */
  readonly lostPages: number;
  /** Records that cannot be read. */
  readonly lostRecords: number;
  /** Sessions that no tree leads to: as they were when they were written, and they may have ended since. */
  readonly strays: number;
  /** What else could not be read. */
  readonly notes: readonly string[];
}

export interface SalvageSource extends SessionSource {
  /** What was and was not there; complete when all families were taken. */
  readonly report: SalvageReport;
}

/** Where a record lies. */
interface Place {
  readonly page: number;
  readonly index: number;
  readonly writtenAtMs: number;
}

interface Facts {
  readonly state: StoreState | undefined;
  readonly run: StoreRun | undefined;
  readonly hashKey: Buffer | undefined;
  readonly searched: readonly string[];
}

/** @throws StoreFault where a daemon has the directory, or there is nothing that could be read */
export async function salvageSource({ directory }: { readonly directory: string }): Promise<SalvageSource> {
  mustHaveStore(directory);
  const occupation = occupy(directory);
  const file = path.join(directory, sessionsFile);
  if (occupation.holder !== undefined)
    throw new StoreFault(
      `${directory} is in use by process ${occupation.holder}: stop that one before its store is salvaged`,
    );
  const pages = new LmdbPages(file);
  try {
    return new Salvage(pages, path.join(directory, keysFile), () => occupation.release()).source();
  } catch (error) {
    pages.close();
    occupation.release();
    throw error;
  }
}

class Salvage {
  readonly #pages: LmdbPages;
  readonly #keysFile: string;
  readonly #release: () => void;
  readonly #seen: PageSet;
  readonly #report = { lostPages: 0, lostRecords: 0, strays: 0, notes: [] as string[] };
  #hasher: HalfSipHash | undefined;
  /** By key of the family. */
  readonly #strays = new Map<string, Place>();
  /** What the journal has, by key of the family; undefined for one that ended. It is newer than the tree. */
  readonly #journal = new Map<string, Buffer | undefined>();
  /** Whether entries of the journal have checksums. */
  #isSealed = true;
  /** Number of the last entry that counts. */
  #journalEnd = Number.POSITIVE_INFINITY;
  #newestMs = 0;
  #highestKey = 0;

  constructor(pages: LmdbPages, keys: string, release: () => void) {
    this.#pages = pages;
    this.#keysFile = keys;
    this.#release = release;
    this.#seen = new PageSet(pages.pageCount);
  }

  source(): SalvageSource {
    const roots = this.#tableRoots();
    const facts = this.#facts(roots);
    this.#hasher = facts.hashKey === undefined ? undefined : new HalfSipHash(facts.hashKey);
    this.#readJournal(roots.get('journal'));
    const familiesRoot = roots.get('families');
    if (familiesRoot === undefined)
      this.#report.notes.push('the table of sessions cannot be found; all pages are searched');
    const isWhole = familiesRoot !== undefined && this.#isWhole(familiesRoot);
    if (!isWhole || facts.state === undefined) this.#findAll(familiesRoot);
    const state = facts.state ?? this.#assumedState();
    const { header, reading } = readingOf({
      ...facts,
      state,
      // any record may be of a process that did not end in order
      run: facts.run ?? { isClean: false, extendBeforeMs: 0 },
      hashKey: facts.hashKey ?? Buffer.alloc(8),
      keyCeiling: this.#keyCeiling(facts.state?.keyCeiling),
    });
    return {
      header,
      expected: undefined,
      report: this.#report,
      families: () => this.#families(familiesRoot, (id, bytes) => fromRecord(id, readRecord(bytes), reading)),
      close: async () => {
        this.#pages.close();
        this.#release();
      },
    };
  }

  /** Roots of the tables by name, from the newest head that leads to them. */
  #tableRoots(): Map<string, number> {
    const heads = this.#pages.heads.filter((head) => head !== undefined);
    if (heads.length === 1)
      this.#report.notes.push('one of the two heads of the file cannot be read; the very last change may be missing');
    heads.sort((left, right) => right.transaction - left.transaction);
    for (const [age, { mainRoot }] of heads.entries()) {
      const roots = new Map<string, number>();
      const page = mainRoot === noPage ? undefined : this.#pages.page(mainRoot);
      for (const { key, tableRoot } of page?.kind === 'leaf' ? page.nodes : [])
        if (tableRoot !== undefined) roots.set(key.toString('latin1').replace(/\0$/, ''), tableRoot);
      if (roots.size === 0) continue;
      if (age > 0) this.#report.notes.push('the newer head of the file leads nowhere; the very last change is missing');
      return roots;
    }
    this.#report.notes.push('neither head of the file leads to its tables');
    return new Map();
  }

  #facts(roots: ReadonlyMap<string, number>): Facts {
    const meta = this.#json(roots.get('meta'));
    const names = this.#json(roots.get('names'));
    const hashKey = meta.get('hashKey');
    const format = meta.get('format');
    this.#isSealed = typeof format !== 'number' || format >= sealedSinceFormat;
    const end = meta.get('journalEnd');
    if (this.#isSealed && typeof end === 'number') this.#journalEnd = end;
    if (meta.size === 0)
      this.#report.notes.push("the store's facts about itself cannot be read; times are taken from the sessions");
    return {
      state: meta.get('state') as StoreState | undefined,
      run: meta.get('run') as StoreRun | undefined,
      hashKey: typeof hashKey === 'string' && hashKey.length === 16 ? Buffer.from(hashKey, 'hex') : undefined,
      searched: [...names.values()].flatMap((value) => {
        const name = (value as { name?: unknown }).name;
        return typeof name === 'string' ? [name] : [];
      }),
    };
  }

  /** Batches that a daemon which was killed had on disk and not in its tables yet. */
  #readJournal(root: number | undefined): void {
    if (root === undefined) return;
    let isWhole = true;
    walkPages(this.#pages, root, new PageSet(this.#pages.pageCount), {
      onFault: () => {
        isWhole = false;
      },
      onLeaf: (nodes) => {
        for (const node of nodes)
          if (node.key.readUInt32LE(0) <= this.#journalEnd)
            isWhole = this.#readEntry(this.#pages.dataOf(node)) && isWhole;
      },
    });
    if (!isWhole)
      this.#report.notes.push('the journal cannot be read as a whole; some of the last changes are missing');
  }

  /** Whether all of an entry could be read. */
  #readEntry(entry: Buffer | undefined): boolean {
    const batch = entry === undefined || !this.#isSealed ? entry : operationsOf(entry);
    if (batch === undefined) return false;
    let isWhole = true;
    try {
      visitBatch(batch, {
        put: (key, record) => {
          // records in a batch have no checksum yet
          if (record.length > checksumOffset + 4) record.writeUInt32LE(checksumOf(record), checksumOffset);
          if (this.#isRecord(key, record)) this.#journal.set(key.toString('latin1'), record);
          else isWhole = false;
        },
        remove: (key) => void this.#journal.set(key.toString('latin1'), undefined),
      });
    } catch {
      return false;
    }
    return isWhole;
  }

  /** What can be read of a table of JSON, by its keys. */
  #json(root: number | undefined): Map<string, unknown> {
    const found = new Map<string, unknown>();
    if (root === undefined) return found;
    walkPages(this.#pages, root, new PageSet(this.#pages.pageCount), {
      onFault: () => {},
      onLeaf: (nodes) => {
        for (const node of nodes) {
          try {
            found.set(node.key.toString('latin1'), JSON.parse(String(this.#pages.dataOf(node))));
          } catch {
            // that one is lost
          }
        }
      },
    });
    return found;
  }

  #isWhole(root: number): boolean {
    const { lostPages } = this.#report;
    const seen = new PageSet(this.#pages.pageCount);
    walkPages(this.#pages, root, seen, { onFault: () => this.#report.lostPages++ });
    return this.#report.lostPages === lostPages;
  }

  /** Looks at every page: for records that the tree does not lead to, and for what facts do not tell. */
  #findAll(root: number | undefined): void {
    const inTree = new Set<string>();
    if (root !== undefined)
      walkPages(this.#pages, root, this.#seen, {
        onFault: () => {},
        onLeaf: (nodes) => {
          for (const node of nodes) if (this.#record(node) !== undefined) inTree.add(node.key.toString('latin1'));
        },
      });
    for (let number = 2; number < this.#pages.pageCount; number++) {
      if (this.#seen.has(number)) continue;
      const page = this.#pages.page(number);
      if (page?.kind !== 'leaf') continue;
      for (const [index, node] of page.nodes.entries()) {
        const key = node.key.toString('latin1');
        const bytes = inTree.has(key) || this.#journal.has(key) ? undefined : this.#record(node);
        if (bytes === undefined) continue;
        const writtenAtMs = bytes.readDoubleLE(16);
        if (writtenAtMs > (this.#strays.get(key)?.writtenAtMs ?? Number.NEGATIVE_INFINITY))
          this.#strays.set(key, { page: number, index, writtenAtMs });
      }
    }
    this.#report.strays = this.#strays.size;
  }

  /** The bytes of a record that proves itself. */
  #record(node: LeafNode): Buffer | undefined {
    if (node.tableRoot !== undefined || node.key.length < 5) return undefined;
    const bytes = this.#pages.dataOf(node);
    return bytes !== undefined && this.#isRecord(node.key, bytes) ? bytes : undefined;
  }

  #isRecord(key: Buffer, bytes: Buffer): boolean {
    const id = idOfKey(key);
    if (familyIdFault(id) !== undefined) return false;
    const hasher = this.#hasher;
    if (hasher !== undefined && !familyKey(hasher.hash(id, 0, id.length), id, 0, id.length).equals(key)) return false;
    if (faultOf(bytes) !== undefined || recordFault(bytes) !== undefined) return false;
    this.#note(bytes);
    return true;
  }

  #note(bytes: Buffer): void {
    const { sessions, locks, writtenAtMs } = readRecord(bytes);
    this.#newestMs = Math.max(this.#newestMs, writtenAtMs);
    for (const { sequence, revision, releasedKey } of sessions)
      this.#highestKey = Math.max(this.#highestKey, sequence, revision, releasedKey);
    for (const { key } of locks) this.#highestKey = Math.max(this.#highestKey, key);
  }

  #assumedState(): StoreState {
    const atMs = this.#newestMs === 0 ? Date.now() : Math.floor(this.#newestMs);
    return { storeMs: atMs, wallMs: atMs, usedBytes: 0, subSessions: 0, keyCeiling: 0 };
  }

  #keyCeiling(known = 0): number {
    let written: unknown;
    try {
      const pages = existsSync(this.#keysFile) ? new LmdbPages(this.#keysFile) : undefined;
      const root = pages?.newest?.mainRoot;
      if (pages !== undefined && root !== undefined && root !== noPage)
        walkPages(pages, root, new PageSet(pages.pageCount), {
          onFault: () => {},
          onLeaf: (nodes) => {
            for (const node of nodes)
              if (node.key.toString('latin1').startsWith('ceiling')) written = JSON.parse(String(pages.dataOf(node)));
          },
        });
      pages?.close();
    } catch {
      // as if it were not there
    }
    if (typeof written === 'number' && Number.isSafeInteger(written)) return Math.max(written, known, this.#highestKey);
    this.#report.notes.push('the ceiling of keys cannot be read; keys go on well above those that are known');
    return Math.max(known, this.#highestKey, Date.now() * 1000) + ceilingMargin;
  }

  async *#families(
    root: number | undefined,
    toFamily: (id: Buffer, bytes: Buffer) => StreamedFamily,
  ): AsyncGenerator<readonly StreamedFamily[]> {
    let portion: StreamedFamily[] = [];
    let bytes = 0;
    for (const { key, record } of this.#records(root)) {
      portion.push(toFamily(Buffer.from(idOfKey(key)), record));
      bytes += record.length;
      if (bytes < portionBytes) continue;
      yield portion;
      portion = [];
      bytes = 0;
    }
    if (portion.length > 0) yield portion;
  }

  *#records(root: number | undefined): Generator<{ readonly key: Buffer; readonly record: Buffer }> {
    const leaves: number[] = [];
    if (root !== undefined)
      walkPages(this.#pages, root, new PageSet(this.#pages.pageCount), {
        onFault: () => {},
        onLeaf: (_nodes, page) => leaves.push(page),
      });
    for (const number of leaves) {
      const page = this.#pages.page(number);
      if (page?.kind !== 'leaf') continue;
      for (const node of page.nodes) {
        if (this.#journal.has(node.key.toString('latin1'))) continue;
        const record = this.#record(node);
        if (record === undefined) this.#report.lostRecords++;
        else yield { key: node.key, record };
      }
    }
    for (const [key, record] of this.#journal)
      if (record !== undefined) yield { key: Buffer.from(key, 'latin1'), record };
    for (const { page: number, index } of this.#strays.values()) {
      const page = this.#pages.page(number);
      const node = page?.kind === 'leaf' ? page.nodes[index] : undefined;
      const record = node === undefined ? undefined : this.#record(node);
      if (node !== undefined && record !== undefined) yield { key: node.key, record };
    }
  }
}
