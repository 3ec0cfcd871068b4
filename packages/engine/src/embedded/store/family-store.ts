// Sessions beyond memory: which families are there, which are not, and how they come and go. Everything about a family is
// one record in LMDB; memory holds those that are being used. See docs/decisions/durability-on-lmdb.md.
import path from 'node:path';
import type { Clock } from '../../engine.js';
import type { KeySource } from '../key-source.js';
import type { LockTable } from '../lock-table.js';
import type { SessionKeeper } from '../session-keeper.js';
import { headWord } from '../session-layout.js';
import { type Sessions, slashIn } from '../sessions.js';
import { CommitCycle } from './commit-cycle.js';
import { lockDirectory } from './directory-lock.js';
import { FamilyCodec } from './family-codec.js';
import { faultOf, hasSession, readRecord } from './family-record.js';
import { HotSet } from './hot-set.js';
import { isTight } from './journal.js';
import { KeyCeiling } from './key-ceiling.js';
import { StaleReaders } from './stale-readers.js';
import {
  openStore,
  recordCount,
  removeStore,
  type StoreEnvironment,
  type StoreRun,
  type StoreState,
} from './store-environment.js';
import { isDiskFull, noRoomFor, reasonOf } from './store-faults.js';
import { keysFile, scratchFile, sessionsFile } from './store-files.js';
import { factGrowth } from './store-growth.js';
import { familyKey, idOfKey } from './store-keys.js';
import {
  type Durability,
  defaultHotMemoryBytes,
  defaultIntervalMs,
  StoreFault,
  type StoreOptions,
} from './store-options.js';
import { diskBytes } from './store-room.js';
import { StoreTime } from './store-time.js';
import { createStoreWriter, type StoreWriter } from './store-writer.js';

/** Evictions for one command, so that none pays for many. */
const evictionsAtOnce = 8;
/** A power of two. */
const commandsPerLook = 64;

/** Parts of the budget, and of what is left of it, that may be changes in the journal only. */
const leastGathered = 1 / 8;
const gatheredOfRoom = 1 / 2;

export interface FamilyStoreParts {
  readonly sessions: Sessions;
  readonly locks: LockTable;
  readonly keys: KeySource;
  readonly clock: Clock;
}

export class FamilyStore implements SessionKeeper {
  coldCount = 0;
  coldSubSessionCount = 0;
  loads = 0;
  evictions = 0;
  readonly environment: StoreEnvironment;
  readonly writer: StoreWriter;
  readonly cycle: CommitCycle;
  readonly time: StoreTime;
  readonly durability: Durability;
  readonly hotMemoryBytes: number;
  /** Deadlines on disk up to this second have been looked at. */
  sweptSecond = 0;
  readonly #sessions: Sessions;
  readonly #keys: KeySource;
  readonly #ceiling: KeyCeiling;
  /** Commands since no family could leave memory, before more was on disk; 0 when one could. */
  #vainLooks = 0;
  readonly #codec: FamilyCodec;
  readonly #hotSet: HotSet;
  readonly #clock: Clock;
  readonly #staleReaders: StaleReaders;
  readonly #releaseDirectory: () => void;
  readonly #extendBeforeMs: number;
  readonly #beganMs: number;
  readonly #file: string;
  readonly #onNotice: (message: string) => void;

  private constructor(
    parts: FamilyStoreParts,
    options: StoreOptions,
    opened: {
      readonly file: string;
      readonly environment: StoreEnvironment;
      readonly writer: StoreWriter;
      readonly ceiling: KeyCeiling;
      readonly release: () => void;
      readonly state: StoreState | undefined;
    },
  ) {
    const { sessions, locks, clock } = parts;
    const { environment, writer, state } = opened;
    this.#sessions = sessions;
    this.#keys = parts.keys;
    this.#clock = clock;
    this.#staleReaders = new StaleReaders(environment.root, clock);
    this.#ceiling = opened.ceiling;
    this.#releaseDirectory = opened.release;
    this.#file = opened.file;
    this.environment = environment;
    this.writer = writer;
    this.durability = options.durability;
    this.hotMemoryBytes = options.hotMemoryBytes ?? defaultHotMemoryBytes;
    this.#onNotice = options.onNotice ?? (() => {});
    this.time = new StoreTime(clock, state);
    this.#codec = new FamilyCodec(sessions, locks, this.time);
    this.cycle = new CommitCycle({
      sessions,
      locks,
      codec: this.#codec,
      time: this.time,
      clock,
      writer,
      durability: options.durability,
      intervalMs: options.intervalMs ?? defaultIntervalMs,
      state: () => this.#state(),
      sweptSecond: () => this.sweptSecond,
      isShort: () => this.#hotSet.isOverBudget,
      gatherBytes: () => Math.max(this.hotMemoryBytes * leastGathered, this.#hotSet.roomBytes * gatheredOfRoom),
      onCommitted: () => this.#onCommitted(),
      onNotice: this.#onNotice,
    });
    this.#hotSet = new HotSet({ sessions, locks, cycle: this.cycle, store: this });
    this.#beganMs = this.time.toStore(clock.monotonicMs());
    const run = environment.meta.get('run') as StoreRun | undefined;
    this.#extendBeforeMs = run === undefined ? 0 : run.isClean ? run.extendBeforeMs : this.#beganMs;
    environment.room.require(factGrowth, true);
    environment.meta.putSync('run', { isClean: false, extendBeforeMs: this.#extendBeforeMs } satisfies StoreRun);
    this.coldCount = recordCount(environment);
    this.coldSubSessionCount = state?.subSessions ?? 0;
    if (state !== undefined) sessions.usedBytes = state.usedBytes;
  }

  /** @throws StoreFault */
  static async open(parts: FamilyStoreParts, options: StoreOptions): Promise<FamilyStore> {
    const { directory, durability } = options;
    const lock = lockDirectory(directory);
    let environment: StoreEnvironment | undefined;
    try {
      const isScratch = durability === 'none';
      const file = path.join(directory, isScratch ? scratchFile : sessionsFile);
      if (isScratch) removeStore(file);
      environment = await openStore({ file, isSynced: !isScratch });
      const state = environment.meta.get('state') as StoreState | undefined;
      const hashKey = Buffer.from(environment.meta.get('hashKey') as string, 'hex');
      const ceiling = new KeyCeiling(path.join(directory, keysFile), parts.keys, state?.keyCeiling ?? 0);
      parts.sessions.rekey(hashKey);
      const maxStoreBytes = options.maxStoreBytes ?? 0;
      const writer = createStoreWriter(environment, {
        file,
        isSynced: !isScratch,
        hashKey,
        maxStoreBytes,
        isAwaited: durability === 'always',
        intervalMs: options.intervalMs ?? defaultIntervalMs,
      });
      const store = new FamilyStore(parts, options, {
        file,
        environment,
        writer,
        ceiling,
        release: () => {
          lock.release();
          if (isScratch) removeStore(file);
        },
        state,
      });
      store.#begin();
      return store;
    } catch (error) {
      await environment?.root.close();
      lock.release();
      throw isDiskFull(error) ? noRoomFor(path.join(directory, sessionsFile), error) : error;
    }
  }

  /** Loads what has to be in memory: `globals`, families with locks, and the names that were searched. */
  #begin(): void {
    const sessions = this.#sessions;
    const { names, locked } = this.environment;
    for (const { value } of names.getRange({}))
      sessions.index.open(Buffer.from(value.name, 'latin1'), value.number).isComplete = true;
    sessions.keeper = this;
    const globals = sessions.idOf(sessions.globals);
    const record = this.environment.families.get(
      familyKey(sessions.hashOf(sessions.globals), globals, 0, globals.length),
    );
    if (record !== undefined) this.#restore(record, globals);
    else if (this.durability !== 'none') this.cycle.willChange(sessions.globals, false);
    for (const key of [...locked.getKeys({})]) {
      const id = Buffer.from(idOfKey(key));
      const family = id.equals(globals) ? undefined : this.environment.families.get(key);
      if (family !== undefined) this.#restore(family, id);
    }
  }

  load(bytes: Buffer, start: number, end: number): boolean {
    if (this.coldCount === 0) return false;
    const sessions = this.#sessions;
    const slashAt = slashIn(bytes, start, end);
    const parentEnd = slashAt < 0 ? end : slashAt;
    const hash = sessions.hasher.hash(bytes, start, parentEnd);
    if (slashAt >= 0 && sessions.table.find(hash, bytes, start, parentEnd) !== 0) return false;
    if (this.cycle.hasEnded(hash, bytes, start, parentEnd)) return false;
    const record = this.environment.families.get(familyKey(hash, bytes, start, parentEnd));
    // a reservation is in memory, always
    if (record === undefined || !hasSession(record)) return false;
    this.#restore(record, Buffer.from(bytes.subarray(start, parentEnd)));
    return true;
  }

  #restore(bytes: Buffer, id: Buffer): void {
    const fault = faultOf(bytes);
    if (fault !== undefined)
      throw new StoreFault(
        `the store is damaged: ${fault}; stop the server: "msession check" says what is wrong, "msession dump --salvage" saves the rest for "msession restore", or put a backup in its place`,
      );
    const sessions = this.#sessions;
    const record = readRecord(bytes);
    const isOfEarlierProcess = record.writtenAtMs < this.#beganMs;
    const counted = sessions.usedBytes;
    const address = this.#codec.restore(record, id, record.writtenAtMs < this.#extendBeforeMs);
    sessions.usedBytes = counted;
    this.coldCount--;
    this.coldSubSessionCount -= Math.max(0, record.sessions.length - 1);
    this.loads++;
    if (address !== 0) {
      sessions.setWord(address, headWord.writtenIn, 1);
      sessions.setWord(address, headWord.filedSecond, record.filedSecond);
    }
    const restored = this.#codec.restoreLocks(record, id, isOfEarlierProcess);
    if (restored === record.locks.length || !isOfEarlierProcess) return;
    // a reservation of which nothing is left
    if (address === 0) this.cycle.willChangeReservation(id.toString('latin1'));
    else this.cycle.willChange(address, false);
  }

  willChange(parent: number): void {
    this.cycle.willChange(parent, true);
  }

  willRenew(parent: number): void {
    this.cycle.willChange(parent, false);
  }

  willChangeLock(idText: string): void {
    const id = Buffer.from(idText, 'latin1');
    const at = slashIn(id, 0, id.length);
    const end = at < 0 ? id.length : at;
    const parent = this.#sessions.table.find(this.#sessions.hasher.hash(id, 0, end), id, 0, end);
    if (parent !== 0) this.cycle.willChange(parent, true);
    else if (at < 0) this.cycle.willChangeReservation(idText);
  }

  moved(from: number, to: number, oldId: Buffer): void {
    this.cycle.moved(from, to, oldId);
  }

  gone(parent: number, id: Buffer): void {
    this.cycle.gone(parent, id);
  }

  /** Whether a family of this id is on disk and not in memory, and has not ended. */
  isCold(id: Buffer): boolean {
    const hash = this.#sessions.hasher.hash(id, 0, id.length);
    return this.#sessions.table.find(hash, id, 0, id.length) === 0 && !this.cycle.hasEnded(hash, id, 0, id.length);
  }

  /** A family left memory, filed under this second among the deadlines. */
  noteEvicted(subSessions: number, filedSecond: number): void {
    this.coldCount++;
    this.coldSubSessionCount += subSessions;
    this.evictions++;
    if (filedSecond !== 0) this.#sessions.onScheduled(this.time.toMonotonic(filedSecond * 1000));
  }

  /** The deadline of a record's session as it would be in memory. */
  deadlineMs(storeMs: number, timeoutLagMs: number, writtenAtMs: number): number {
    return this.time.toMonotonic(storeMs) + (writtenAtMs < this.#extendBeforeMs ? timeoutLagMs : 0);
  }

  /** Before a command: makes room when memory is over its budget, a little at a time. */
  relieve(): void {
    if (!this.#hotSet.isOverBudget) return;
    // where none could go a moment ago, looking again before every command would be most of the work (bench `tail`)
    if (this.#vainLooks !== 0 && (++this.#vainLooks & (commandsPerLook - 1)) !== 0) return;
    if (this.#hotSet.evictSome(evictionsAtOnce)) this.#vainLooks = 0;
    else {
      this.#vainLooks ||= 1;
      this.cycle.hasten();
    }
  }

  #onCommitted(): void {
    this.#vainLooks = 0;
    this.environment.root.resetReadTxn();
    this.#staleReaders.check();
    this.#ceiling.refill();
    if (this.cycle.fault === undefined) this.#hotSet.evictSome(Number.POSITIVE_INFINITY);
  }

  /** Whether keys can be handed out, after an attempt to make it so. */
  hasKeys(): boolean {
    if (this.#keys.left > 0) return true;
    try {
      this.#keys.raiseCeiling();
      return true;
    } catch {
      return false;
    }
  }

  #state(): StoreState {
    const sessions = this.#sessions;
    return {
      storeMs: this.time.toStore(this.#clock.monotonicMs()),
      wallMs: this.#clock.wallMs(),
      usedBytes: sessions.usedBytes,
      subSessions: sessions.subSessionCount + this.coldSubSessionCount,
      keyCeiling: this.#ceiling.value,
    };
  }

  /** Notes that all is on disk; where there is no room for that the next start takes it for one after a kill, and loses nothing. */
  #signOff(): boolean {
    const { meta, root, room } = this.environment;
    const state = { ...this.#state(), keyCeiling: this.#keys.last };
    try {
      room.require(factGrowth, true);
      root.transactionSync(() => {
        meta.putSync('state', state);
        meta.putSync('run', { isClean: true, extendBeforeMs: this.#extendBeforeMs } satisfies StoreRun);
      });
      return true;
    } catch (error) {
      this.#onNotice(`everything is on disk, but not that the store ended in order: ${reasonOf(error)}`);
      return false;
    }
  }

  /**
   * When sessions were last used is written behind what must be kept, where there is room for it; a start that lacks it
   * gives them a timeout more.
   */
  async #flushRenewals(): Promise<boolean> {
    let fault: string | undefined = 'no space left on device';
    if (!isTight(this.#sessions.memory.usedBytes, diskBytes(this.#file))) {
      for (const parent of this.#hotSet.renewed()) this.cycle.willChange(parent, false);
      fault = await this.cycle.flush().then(() => undefined, reasonOf);
    }
    if (fault !== undefined) this.#onNotice(`everything is on disk, but not when sessions were last used: ${fault}`);
    return fault === undefined;
  }

  /** Makes everything durable, renewals too, and lets go of the directory. */
  async close(): Promise<void> {
    let isClean = false;
    try {
      if (this.durability === 'none') isClean = true;
      else {
        await this.cycle.flush();
        const hasRenewals = await this.#flushRenewals();
        await this.cycle.close();
        isClean = hasRenewals && this.#signOff();
      }
    } finally {
      this.#sessions.keeper = undefined;
      await this.cycle.abandon();
      await this.writer.close();
      await this.#ceiling.close(isClean);
      await this.environment.root.close();
      this.#releaseDirectory();
    }
  }
}
