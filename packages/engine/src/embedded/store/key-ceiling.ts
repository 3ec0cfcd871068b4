// Keys and revisions never repeat, whatever happens to the process: before a key is handed out, a ceiling above it is on
// disk, and the next process begins above that. It has a file of its own, so that setting it never waits for a batch.
import { existsSync, statSync } from 'node:fs';
import { type Database, open } from 'lmdb';
import type { KeySource } from '../key-source.js';
import { checkFile, damaged } from './file-check.js';
import { removeStore } from './store-environment.js';
import { isDiskFull, reasonOf } from './store-faults.js';
import { factGrowth } from './store-growth.js';
import { StoreFault } from './store-options.js';
import { StoreRoom } from './store-room.js';

/** So many keys, or microseconds, a ceiling lies ahead: half a minute. */
const stride = 30_000_000;

export class KeyCeiling {
  readonly #table: Database<number, string>;
  readonly #keys: KeySource;
  #refilling: Promise<void> | undefined;

  /** @throws StoreFault for a file that is damaged; `known` is what another file knows to have been handed out */
  constructor(file: string, keys: KeySource, known: number) {
    this.#keys = keys;
    try {
      // a crash while it was made leaves one of no bytes
      if (existsSync(file) && statSync(file).size === 0) removeStore(file);
      checkFile(file);
      this.#table = open<number, string>({ path: file, noSubdir: true, encoding: 'json', overlappingSync: false });
      // so that a ceiling is raised, too, where the disk is full of sessions
      new StoreRoom(this.#table as never, file, () => Number.POSITIVE_INFINITY).require(factGrowth, true);
    } catch (error) {
      if (error instanceof StoreFault || isDiskFull(error)) throw error;
      throw damaged(file, reasonOf(error));
    }
    keys.begin(Math.max(known, this.#table.get('ceiling') ?? 0), (needed) => this.#raise(needed + stride));
  }

  /** The ceiling that is on disk. */
  get value(): number {
    return this.#table.get('ceiling') ?? 0;
  }

  #raise(to: number): number {
    this.#table.putSync('ceiling', to);
    return to;
  }

  /**
   * Raises the ceiling ahead of time, where nobody waits for the disk: a flush of this file waits for what a batch writes
   * to the other, and would stop all requests meanwhile (bench `tail`). A full disk shows in batches; there is a margin.
   */
  refill(): void {
    if (this.#refilling !== undefined || this.#keys.left >= stride / 2) return;
    const to = this.#keys.newest + stride;
    this.#refilling = this.#table
      // one that was raised meanwhile, since keys ran out, must not be lowered
      .transaction(() => {
        if (this.value < to) void this.#table.put('ceiling', to);
      })
      .then(
        () => this.#keys.liftTo(to),
        () => undefined,
      )
      .finally(() => {
        this.#refilling = undefined;
      });
  }

  /** Leaves the last key handed out as the ceiling; where the disk has no room the higher one stays, and keys are left out. */
  async close(isClean: boolean): Promise<void> {
    await this.#refilling;
    try {
      if (isClean) this.#raise(this.#keys.last);
    } catch {
      // as after a kill
    }
    await this.#table.close();
  }
}

/** The ceiling in a file that nobody writes now; undefined where there is none. @throws StoreFault for a damaged file */
export async function ceilingIn(file: string): Promise<number | undefined> {
  if (!existsSync(file) || statSync(file).size === 0) return undefined;
  checkFile(file, true);
  let table: Database<number, string> | undefined;
  try {
    table = open<number, string>({ path: file, noSubdir: true, encoding: 'json', readOnly: true });
    const ceiling = table.get('ceiling');
    if (ceiling !== undefined && !(Number.isSafeInteger(ceiling) && ceiling >= 0))
      throw damaged(file, 'its ceiling is no number of a key');
    return ceiling;
  } catch (error) {
    if (error instanceof StoreFault) throw error;
    throw damaged(file, reasonOf(error));
  } finally {
    await table?.close();
  }
}
