// What has to be known of sessions that are not in memory: which are due, what they are called, which are idle, and which
// have a variable. Walks read the store in short ranges and load what has to be looked at; a family that is in memory,
// or has ended there, is none of theirs.
import type { IndexedName } from '../search-index.js';
import { renewalLagMs, type Sessions } from '../sessions.js';
import {
  faultOf,
  hasSession,
  readRecord,
  recordHeadBytes,
  recordSessionBytes,
  walkVariables,
} from './family-record.js';
import type { FamilyStore } from './family-store.js';
import {
  deadlineBound,
  familyKey,
  familyOfDeadline,
  familyOfPosting,
  idOfKey,
  keyAfter,
  postingBound,
  secondOfKey,
} from './store-keys.js';
import { StoreFault } from './store-options.js';

const keysAtOnce = 256;
/** Records that a walk over all sessions looks at before it may pause, and their bytes. */
const recordsAtOnce = 128;
const bytesAtOnce = 512 * 1024;
const recordsPerIndexJob = 2000;
const postingsPerDropJob = 10_000;
/** Where a record has what listings need of its parent. */
const at = { timeout: 24, sequence: 40, accessed: 48, deadline: 56 } as const;
const lastHash = 0xffffffff;

export interface ColdListed {
  readonly hash: number;
  readonly id: Buffer;
  readonly sequence: number;
}

/** What was found, and the hash up to which it was looked for. */
export interface ColdPart<Item> {
  readonly until: number;
  readonly items: readonly Item[];
}

interface ColdRecord {
  readonly key: Buffer;
  readonly value: Buffer;
}

function hashBound(hash: number): Buffer {
  const key = Buffer.alloc(4);
  key.writeUInt32BE(hash, 0);
  return key;
}

export class ColdSessions {
  readonly #store: FamilyStore;
  readonly #sessions: Sessions;
  readonly #complete = new Set<number>();
  readonly #building = new Map<number, Promise<void>>();
  readonly #opened = new Set<number>();
  /** Those being built that are not searched any more. */
  readonly #abandoned = new Set<number>();
  /** Names whose postings are being taken from the disk. */
  readonly #forgetting = new Map<string, Promise<void>>();
  readonly #damaged = new Set<string>();
  /** The deadline that was looked at last, while a sweep is under way. */
  #sweptKey: Buffer | undefined;
  #dueMs = 0;

  constructor(store: FamilyStore, sessions: Sessions) {
    this.#store = store;
    this.#sessions = sessions;
    for (const { value } of store.environment.names.getRange({})) {
      this.#opened.add(value.number);
      if (value.isComplete) this.#complete.add(value.number);
    }
  }

  get count(): number {
    return this.#store.coldCount;
  }

  /** When the next one may be due, monotonic; right after a sweep that was done. */
  nextDueMs(): number {
    return this.#dueMs;
  }

  /** Ends what is overdue, as long as `mayGoOn` says; true when nothing overdue is left. */
  sweep(mayGoOn: () => boolean): boolean {
    const store = this.#store;
    const { deadlines } = store.environment;
    const nowMs = this.#sessions.nowMs();
    const nowSecond = Math.max(1, Math.floor(store.time.toStore(nowMs) / 1000));
    const end = deadlineBound(nowSecond + 1);
    let laterMs = Number.POSITIVE_INFINITY;
    while (store.coldCount > 0) {
      const start = this.#sweptKey === undefined ? deadlineBound(store.sweptSecond + 1) : keyAfter(this.#sweptKey);
      const keys = [...deadlines.getKeys({ start, end, limit: keysAtOnce })];
      for (const key of keys) {
        if (!mayGoOn()) return false;
        laterMs = Math.min(laterMs, this.#look(key, nowMs, nowSecond));
        this.#sweptKey = Buffer.from(key);
      }
      if (keys.length < keysAtOnce) break;
    }
    this.#sweptKey = undefined;
    store.sweptSecond = Math.max(store.sweptSecond, nowSecond - 1);
    const [next] = store.coldCount === 0 ? [] : [...deadlines.getKeys({ start: end, limit: 1 })];
    const nextMs = next === undefined ? Number.POSITIVE_INFINITY : store.time.toMonotonic(secondOfKey(next) * 1000);
    this.#dueMs = Math.min(laterMs, nextMs);
    return true;
  }

  /** Looks at one family whose deadline may be past; answers when to look again, Infinity when not here. */
  #look(key: Buffer, nowMs: number, nowSecond: number): number {
    const store = this.#store;
    const sessions = this.#sessions;
    const family = familyOfDeadline(key);
    const id = Buffer.from(idOfKey(family));
    if (!store.isCold(id)) return Number.POSITIVE_INFINITY;
    const bytes = store.environment.families.get(family);
    if (bytes === undefined || !hasSession(bytes) || !this.#isSound(family, bytes)) return Number.POSITIVE_INFINITY;
    const record = readRecord(bytes);
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const { deadlineMs, timeoutSeconds } of record.sessions)
      earliestMs = Math.min(earliestMs, store.deadlineMs(deadlineMs, renewalLagMs(timeoutSeconds), record.writtenAtMs));
    const isDue = earliestMs <= nowMs;
    if (!isDue && secondOfKey(key) === nowSecond) return earliestMs;
    if (!store.load(id, 0, id.length)) return Number.POSITIVE_INFINITY;
    const parent = sessions.table.find(sessions.hasher.hash(id, 0, id.length), id, 0, id.length);
    if (!isDue) {
      // filed too early: it is filed anew
      store.willRenew(parent);
      return Number.POSITIVE_INFINITY;
    }
    if (sessions.isLive(parent)) for (const sub of sessions.subSessions(parent)) sessions.isLive(sub);
    return Number.POSITIVE_INFINITY;
  }

  /**
   * Live ones from a hash on, some way, before another; without sub-sessions. A walk takes few of them at once, and what is in
   * memory of the same way at the same moment, so that it misses none that leaves memory or comes back.
   */
  listed(from: number, end: number): ColdPart<ColdListed> {
    const nowMs = this.#sessions.nowMs();
    const { until, items } = this.#recordsFrom(from, end);
    const found: ColdListed[] = [];
    for (const { key, value } of items) {
      const writtenAtMs = value.readDoubleLE(16);
      const lagMs = renewalLagMs(value.readUInt32LE(at.timeout));
      if (this.#store.deadlineMs(value.readDoubleLE(at.deadline), lagMs, writtenAtMs) <= nowMs) continue;
      found.push({
        hash: key.readUInt32BE(0),
        id: Buffer.from(idOfKey(key)),
        sequence: value.readDoubleLE(at.sequence),
      });
    }
    return { until, items: found };
  }

  /** Loads families from a hash on, some way, in which a session was not accessed since; answers how far. */
  loadIdle(from: number, end: number, latestMs: number): number {
    const store = this.#store;
    const { until, items } = this.#recordsFrom(from, end);
    for (const { key, value } of items) {
      if (!this.#isSound(key, value)) continue;
      const id = Buffer.from(idOfKey(key));
      const { sessions } = readRecord(value);
      if (sessions.some(({ accessedMs }) => store.time.toMonotonic(accessedMs) <= latestMs))
        store.load(id, 0, id.length);
    }
    return until;
  }

  /** Records of families that are not in memory. Those of one hash come together. */
  #recordsFrom(from: number, end: number): ColdPart<ColdRecord> {
    if (this.#store.coldCount === 0) return { until: end, items: [] };
    const items: ColdRecord[] = [];
    let seen = 0;
    let bytes = 0;
    let until = end;
    let lastHash = -1;
    for (const { key, value } of this.#store.environment.families.getRange({ start: hashBound(from) })) {
      const hash = key.readUInt32BE(0);
      if (hash >= end) break;
      if (hash !== lastHash && (seen >= recordsAtOnce || bytes >= bytesAtOnce)) {
        until = hash;
        break;
      }
      lastHash = hash;
      seen++;
      bytes += value.length;
      if (hasSession(value) && this.#store.isCold(idOfKey(key)) && this.#hasHead(key, value))
        items.push({ key, value });
    }
    return { until, items };
  }

  /**
   * Whether a record can be read. Walks over all pass one by that cannot: whoever asks for that session is told, and the
   * others' lives go on.
   */
  #isSound(key: Buffer, record: Buffer): boolean {
    if (faultOf(record) === undefined) return true;
    this.#damaged.add(key.toString('latin1'));
    return false;
  }

  /** Loads a family; false, and a note of it, where its record is damaged. */
  #loadSound(id: Buffer): boolean {
    try {
      return this.#store.load(id, 0, id.length);
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      const hash = this.#sessions.hasher.hash(id, 0, id.length);
      this.#damaged.add(familyKey(hash, id, 0, id.length).toString('latin1'));
      return false;
    }
  }

  #hasHead(key: Buffer, record: Buffer): boolean {
    return record.length >= recordHeadBytes + recordSessionBytes || this.#isSound(key, record);
  }

  /** Records that were come across and cannot be read. */
  get damagedCount(): number {
    return this.#damaged.size;
  }

  /** Whether postings on disk have all that is there under a name. */
  isIndexed(name: IndexedName): boolean {
    return this.#complete.has(name.number);
  }

  /** Whether a search under a name finds all: nothing is on disk alone, or postings there have it. */
  isCovered(name: IndexedName): boolean {
    return this.#store.coldCount === 0 || this.isIndexed(name);
  }

  /** Enters what is on disk under a name into the postings; rejects with a StoreFault. */
  index(name: IndexedName): Promise<void> {
    let building = this.#building.get(name.number);
    if (building === undefined) {
      building = this.#build(name).finally(() => {
        this.#building.delete(name.number);
        this.#abandoned.delete(name.number);
      });
      this.#building.set(name.number, building);
    }
    return building;
  }

  async #build({ number, bytes }: IndexedName): Promise<void> {
    const { writer } = this.#store;
    const name = bytes.toString('latin1');
    await this.#forgetting.get(name);
    if (!this.#opened.has(number)) {
      const { error } = await writer.run({ kind: 'openName', number, name });
      if (error !== undefined) throw new StoreFault(`the index cannot be written: ${error}`);
      this.#opened.add(number);
    }
    let after: Uint8Array | null = null;
    do {
      if (this.#abandoned.has(number)) return;
      const { error, next } = await writer.run({ kind: 'indexSome', number, after, limit: recordsPerIndexJob });
      if (error !== undefined) throw new StoreFault(`the index cannot be written: ${error}`);
      after = next;
    } while (after !== null);
    this.#store.environment.root.resetReadTxn();
    this.#complete.add(number);
  }

  /** Takes a name that is not searched any more from the disk. */
  forget({ number, bytes }: IndexedName): void {
    this.#complete.delete(number);
    const building = this.#building.get(number);
    if (building !== undefined) this.#abandoned.add(number);
    else if (!this.#opened.has(number)) return;
    const name = bytes.toString('latin1');
    const forgetting = this.#forget(number, building).finally(() => {
      if (this.#forgetting.get(name) === forgetting) this.#forgetting.delete(name);
    });
    this.#forgetting.set(name, forgetting);
  }

  async #forget(number: number, building: Promise<void> | undefined): Promise<void> {
    await building?.catch(() => undefined);
    if (!this.#opened.delete(number)) return;
    this.#complete.delete(number);
    let isMore = true;
    while (isMore) {
      const { error, next } = await this.#store.writer.run({ kind: 'dropSome', number, limit: postingsPerDropJob });
      // what a full disk leaves is no harm: searches verify what postings say, and a restart finds the name again
      isMore = error === undefined && next !== null;
    }
  }

  /** Loads families that have a value under a name, or any, as long as `mayGoOn` says; true when all are in memory. */
  loadMatches(name: IndexedName, value: Buffer | undefined, mayGoOn: () => boolean): boolean {
    const store = this.#store;
    if (store.coldCount === 0) return true;
    // what left memory since `isCovered` was asked, if anything
    if (!this.isIndexed(name)) return this.#loadWith(name);
    const hash = value === undefined ? 0 : this.#sessions.hasher.hash(value, 0, value.length);
    const isOpenEnd = value === undefined || hash === lastHash;
    const range = {
      start: postingBound(name.number, hash),
      end: isOpenEnd ? postingBound(name.number + 1) : postingBound(name.number, hash + 1),
    };
    for (const key of [...store.environment.postings.getKeys(range)]) {
      const id = Buffer.from(idOfKey(familyOfPosting(key)));
      if (!store.isCold(id)) continue;
      if (!mayGoOn()) return false;
      this.#loadSound(id);
    }
    return true;
  }

  /** Loads families that have a name, whatever its value, without an index. */
  #loadWith({ bytes: wanted }: IndexedName): true {
    const end = lastHash + 1;
    for (let from = 0; from < end; ) {
      const { until, items } = this.#recordsFrom(from, end);
      for (const { key, value } of items) {
        if (!this.#isSound(key, value)) continue;
        const has = readRecord(value).sessions.some(({ variables }) => {
          let isFound = false;
          walkVariables(variables, (start, nameEnd) => {
            isFound ||= wanted.equals(variables.subarray(start, nameEnd));
          });
          return isFound;
        });
        if (has) this.#loadSound(Buffer.from(idOfKey(key)));
      }
      from = until;
    }
    return true;
  }

  /**
   * Loads one that may be evicted for good: of a few at random that was accessed least lately, or the one that ends
   * soonest. Answers its address, 0 when there is none.
   */
  loadVictim(policy: 'lru' | 'ttl', random: number): number {
    const store = this.#store;
    const { families, deadlines } = store.environment;
    if (store.coldCount === 0) return 0;
    let best: Buffer | undefined;
    if (policy === 'ttl') {
      for (const key of deadlines.getKeys({ limit: keysAtOnce })) {
        const id = Buffer.from(idOfKey(familyOfDeadline(key)));
        if (!store.isCold(id) || this.#damaged.has(familyOfDeadline(key).toString('latin1'))) continue;
        best = id;
        break;
      }
    } else {
      const start = Buffer.alloc(4);
      start.writeUInt32BE(random, 0);
      let oldest = Number.POSITIVE_INFINITY;
      for (const range of [{ start, limit: 16 }, { limit: 16 }]) {
        for (const { key, value } of families.getRange(range)) {
          if (!hasSession(value) || !store.isCold(idOfKey(key)) || !this.#hasHead(key, value)) continue;
          if (this.#damaged.has(key.toString('latin1'))) continue;
          if (value.readDoubleLE(at.accessed) >= oldest) continue;
          oldest = value.readDoubleLE(at.accessed);
          best = Buffer.from(idOfKey(key));
        }
        if (best !== undefined) break;
      }
    }
    if (best === undefined || !this.#loadSound(best)) return 0;
    return this.#sessions.table.find(this.#sessions.hasher.hash(best, 0, best.length), best, 0, best.length);
  }
}
