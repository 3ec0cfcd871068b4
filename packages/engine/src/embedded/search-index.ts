// Search by variable. A name is indexed from its first search on: per value an entry with the ring of the sessions that
// have it (postings), all in slab memory. Values are not stored again: an entry is checked against the variable of its
// first session. Postings of one session are chained from its head, so dropping it never searches. Every indexed name
// costs each new session a look, so there are `maxSearchedNames` at most: the one searched longest ago is closed, and its
// postings are given back bit by bit.
//
// Order of calls around a change of a variable: `forget` before, `note` after.
import { AddressTable } from './address-table.js';
import { sameBytes } from './copy-bytes.js';
import type { HalfSipHash } from './half-sip-hash.js';
import { headWord } from './session-layout.js';
import { byteOffset, chunkOf, type SlabMemory } from './slab-memory.js';
import type { VariableBlocks } from './variable-block.js';

const entryBytes = 16;
const entryWord = { hash: 0, first: 1, count: 2 } as const;
const postingBytes = 32;
const postingWord = { session: 0, entry: 1, next: 2, previous: 3, nextOfSession: 4, name: 5 } as const;
const valueSegmentBits = 6;

/** One name that was ever searched. */
export class IndexedName {
  readonly number: number;
  readonly bytes: Buffer;
  readonly values = new AddressTable(valueSegmentBits);
  postings = 0;
  /** While false, sessions that were there before the first search are still being gathered. */
  isComplete = false;
  /** Searches that are being prepared: it may not be closed under them. */
  users = 0;
  /** Greater than that of every name that was searched earlier. */
  lastSearch = 0;

  constructor(number: number, bytes: Buffer) {
    this.number = number;
    this.bytes = bytes;
  }
}

export class SearchIndex {
  readonly #memory: SlabMemory;
  readonly #variables: VariableBlocks;
  readonly #hasher: HalfSipHash;
  readonly #names = new Map<string, IndexedName>();
  /** The same, to go through fast. */
  readonly #open: IndexedName[] = [];
  /** These, and those that were closed and still have postings. */
  readonly #byNumber = new Map<number, IndexedName>();
  #nextNumber = 0;
  #searches = 0;
  #waiting: (() => void)[] = [];

  constructor(memory: SlabMemory, variables: VariableBlocks, hasher: HalfSipHash) {
    this.#memory = memory;
    this.#variables = variables;
    this.#hasher = hasher;
  }

  get size(): number {
    return this.#names.size;
  }

  /** The indexed name, if it was ever searched. */
  named(bytes: Buffer, start: number, end: number): IndexedName | undefined {
    if (this.#names.size === 0) return undefined;
    return this.#names.get(bytes.toString('latin1', start, end));
  }

  /** Begins to index a name; `number` is the one it had before a restart. */
  open(bytes: Buffer, number = this.#nextNumber): IndexedName {
    const indexed = new IndexedName(number, bytes);
    this.#nextNumber = Math.max(this.#nextNumber, number + 1);
    this.#byNumber.set(number, indexed);
    this.#open.push(indexed);
    this.#names.set(bytes.toString('latin1'), indexed);
    return indexed;
  }

  /** Somebody searches for it. */
  noteSearch(indexed: IndexedName): void {
    indexed.lastSearch = ++this.#searches;
  }

  /** Of the names that may be closed the one searched longest ago. */
  get idlest(): IndexedName | undefined {
    let idlest: IndexedName | undefined;
    for (const indexed of this.#open)
      if (indexed.users === 0 && indexed.lastSearch < (idlest?.lastSearch ?? Number.POSITIVE_INFINITY))
        idlest = indexed;
    return idlest;
  }

  /** Indexes a name no more. Its postings stand until `giveBack` has taken them. */
  close(indexed: IndexedName): void {
    this.#names.delete(indexed.bytes.toString('latin1'));
    this.#open.splice(this.#open.indexOf(indexed), 1);
  }

  /** Takes postings of a closed name as long as `mayGoOn` says; true when there are none any more. */
  giveBack(indexed: IndexedName, mayGoOn: () => boolean): boolean {
    while (indexed.values.size > 0) {
      if (!mayGoOn()) return false;
      const entry = indexed.values.sample(0);
      this.forget(this.#word(this.#word(entry, entryWord.first), postingWord.session), indexed);
    }
    this.#byNumber.delete(indexed.number);
    return true;
  }

  /** A search is prepared: the name stays until `endUse`. */
  beginUse(indexed: IndexedName): void {
    indexed.users++;
  }

  endUse(indexed: IndexedName): void {
    indexed.users--;
    if (indexed.users > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves when a search that was being prepared is done. */
  whenUnused(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Adds what a session has under a name, unless it is there; the value must stand in the session's block already. */
  note(session: number, indexed: IndexedName): void {
    if (this.#postingOf(session, indexed) !== 0) return;
    const block = this.#word(session, headWord.variables);
    if (!this.#variables.find(block, indexed.bytes, 0, indexed.bytes.length)) return;
    const { bytes, valueStart, valueEnd } = this.#variables.place;
    const hash = this.#hasher.hash(bytes, valueStart, valueEnd);
    let entry = this.#entry(indexed, hash, bytes, valueStart, valueEnd);
    const posting = this.#memory.allocate(postingBytes);
    if (entry === 0) {
      entry = this.#memory.allocate(entryBytes);
      this.#set(entry, entryWord.hash, hash);
      this.#set(entry, entryWord.first, posting);
      this.#set(entry, entryWord.count, 0);
      this.#set(posting, postingWord.next, posting);
      this.#set(posting, postingWord.previous, posting);
      indexed.values.insert(hash, entry);
    } else {
      const first = this.#word(entry, entryWord.first);
      const last = this.#word(first, postingWord.previous);
      this.#set(posting, postingWord.next, first);
      this.#set(posting, postingWord.previous, last);
      this.#set(last, postingWord.next, posting);
      this.#set(first, postingWord.previous, posting);
    }
    this.#set(entry, entryWord.count, this.#word(entry, entryWord.count) + 1);
    this.#set(posting, postingWord.session, session);
    this.#set(posting, postingWord.entry, entry);
    this.#set(posting, postingWord.name, indexed.number);
    this.#set(posting, postingWord.nextOfSession, this.#word(session, headWord.postings));
    this.#set(session, headWord.postings, posting);
    indexed.postings++;
  }

  /** Notes all indexed names of a new or restored session. */
  noteAll(session: number): void {
    for (const indexed of this.#open) this.note(session, indexed);
  }

  /** Takes out what a session has under a name. */
  forget(session: number, indexed: IndexedName): void {
    let before = 0;
    let posting = this.#word(session, headWord.postings);
    while (posting !== 0) {
      const next = this.#word(posting, postingWord.nextOfSession);
      if (this.#word(posting, postingWord.name) === indexed.number) {
        if (before === 0) this.#set(session, headWord.postings, next);
        else this.#set(before, postingWord.nextOfSession, next);
        this.#unlink(posting, indexed);
        return;
      }
      before = posting;
      posting = next;
    }
  }

  /** Takes a session out altogether. */
  forgetAll(session: number): void {
    let posting = this.#word(session, headWord.postings);
    while (posting !== 0) {
      const next = this.#word(posting, postingWord.nextOfSession);
      this.#unlink(posting, this.#byNumber.get(this.#word(posting, postingWord.name)) as IndexedName);
      posting = next;
    }
    this.#set(session, headWord.postings, 0);
  }

  /** Addresses of the sessions in which the name has this value. */
  sessionsWith(indexed: IndexedName, value: Buffer, start: number, end: number): number[] {
    const entry = this.#entry(indexed, this.#hasher.hash(value, start, end), value, start, end);
    const sessions: number[] = [];
    if (entry !== 0) this.#gather(entry, sessions);
    return sessions;
  }

  /** Addresses of all sessions that have the name. */
  sessionsHaving(indexed: IndexedName): number[] {
    const sessions: number[] = [];
    for (let segment = 0; segment < indexed.values.segmentCount; segment++)
      indexed.values.forEachInSegment(segment, (entry) => this.#gather(entry, sessions));
    return sessions;
  }

  #gather(entry: number, sessions: number[]): void {
    const first = this.#word(entry, entryWord.first);
    let posting = first;
    do {
      sessions.push(this.#word(posting, postingWord.session));
      posting = this.#word(posting, postingWord.next);
    } while (posting !== first);
  }

  #postingOf(session: number, indexed: IndexedName): number {
    let posting = this.#word(session, headWord.postings);
    while (posting !== 0 && this.#word(posting, postingWord.name) !== indexed.number)
      posting = this.#word(posting, postingWord.nextOfSession);
    return posting;
  }

  #entry(indexed: IndexedName, hash: number, value: Buffer, start: number, end: number): number {
    const length = end - start;
    return indexed.values.findWhere(hash, (entry) => {
      const session = this.#word(this.#word(entry, entryWord.first), postingWord.session);
      const place = this.#variables.place;
      const { bytes, valueStart, valueEnd } = place;
      const isFound = this.#variables.find(
        this.#word(session, headWord.variables),
        indexed.bytes,
        0,
        indexed.bytes.length,
      );
      const isSame =
        isFound &&
        place.valueEnd - place.valueStart === length &&
        sameBytes(place.bytes, place.valueStart, value, start, length);
      // `value` may be the place that was found before this search: leave it as it was
      place.bytes = bytes;
      place.valueStart = valueStart;
      place.valueEnd = valueEnd;
      return isSame;
    });
  }

  #unlink(posting: number, indexed: IndexedName): void {
    const entry = this.#word(posting, postingWord.entry);
    const next = this.#word(posting, postingWord.next);
    if (next === posting) {
      indexed.values.remove(this.#word(entry, entryWord.hash), entry);
      this.#memory.free(entry);
    } else {
      const previous = this.#word(posting, postingWord.previous);
      this.#set(previous, postingWord.next, next);
      this.#set(next, postingWord.previous, previous);
      if (this.#word(entry, entryWord.first) === posting) this.#set(entry, entryWord.first, next);
      this.#set(entry, entryWord.count, this.#word(entry, entryWord.count) - 1);
    }
    this.#memory.free(posting);
    indexed.postings--;
  }

  #word(address: number, field: number): number {
    return (this.#memory.words[chunkOf(address)] as Uint32Array)[(byteOffset(address) >> 2) + field] as number;
  }

  #set(address: number, field: number, value: number): void {
    (this.#memory.words[chunkOf(address)] as Uint32Array)[(byteOffset(address) >> 2) + field] = value;
  }
}
