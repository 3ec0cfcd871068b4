// Whether everything in a store is as it must be: every page, every record, and every entry of the tables that depend on
// records, in both directions. It reads a store at rest (see store-access.ts) and changes nothing.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { globalsId } from '@msession/protocol';
import { HalfSipHash } from '../../half-sip-hash.js';
import { idOffset } from '../../session-layout.js';
import { type FamilyRecord, walkVariables } from '../family-record.js';
import { StoreDamage } from '../file-check.js';
import { LmdbPages } from '../lmdb-pages.js';
import { PageSet, walkPages } from '../page-walk.js';
import type { StoreEnvironment, StoreName } from '../store-environment.js';
import { reasonOf } from '../store-faults.js';
import { keysFile, sessionsFile } from '../store-files.js';
import { deadlineKey, idOfKey, postingKey } from '../store-keys.js';
import { checkedRecord, contentFaults, type RecordRules } from './check-records.js';
import { checkTables, type ExpectedEntries } from './check-tables.js';
import { Findings } from './findings.js';
import { keyCeilingOf, openQuietly, type QuietStore, type StoreAccessOptions } from './store-access.js';
import { factsOf, type StoreFacts } from './store-source.js';

export interface CheckOptions extends StoreAccessOptions {
  /** Findings name sessions by their ids; otherwise by the place in which they stand. */
  readonly showIds?: boolean;
  /** Told how many records were looked at. */
  readonly onProgress?: (records: number) => void;
}

export interface CheckReport {
  /** No finding. */
  readonly isSound: boolean;
  /** What is wrong, the first hundred. */
  readonly findings: readonly string[];
  readonly findingCount: number;
  /** What was there; pages alone when they are damaged. */
  readonly counts: Readonly<Record<string, number>>;
  /** The number of the process that has the directory, where one has: its store was looked at as of its last batch. */
  readonly holder: number | undefined;
}

const recordsAtOnce = 1024;
const globals = Buffer.from(globalsId);

/** @throws StoreFault where there is no store to look at, or one of a later version */
export async function checkStore(options: CheckOptions): Promise<CheckReport> {
  const findings = new Findings();
  const counts: Record<string, number> = {};
  let holder: number | undefined;
  try {
    const store = await openQuietly(options);
    holder = store.holder;
    try {
      for (const file of [store.sessionsFile, store.keysFile]) if (existsSync(file)) checkPages(file, findings, counts);
      // LMDB trusts its pages: with one that is damaged it may end the process
      if (findings.count === 0) await checkContent(store, options, findings, counts);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreDamage)) throw error;
    findings.add(error.reason);
    for (const name of [sessionsFile, keysFile]) {
      const file = path.join(options.directory, name);
      if (existsSync(file)) checkPages(file, findings, counts);
    }
  }
  return { isSound: findings.count === 0, findings: findings.kept, findingCount: findings.count, counts, holder };
}

function checkPages(file: string, findings: Findings, counts: Record<string, number>): void {
  const name = path.basename(file);
  let pages: LmdbPages;
  try {
    pages = new LmdbPages(file);
  } catch (error) {
    findings.add(`${name} cannot be read: ${reasonOf(error)}`);
    return;
  }
  try {
    const { newest } = pages;
    if (newest === undefined) return;
    const seen = new PageSet(Math.max(pages.pageCount, newest.lastPage + 1));
    for (const root of [newest.freeRoot, newest.mainRoot])
      walkPages(pages, root, seen, { onFault: (page, what) => findings.add(`${name}: page ${page} ${what}`) });
    counts.pages = (counts.pages ?? 0) + seen.count;
    counts.fileBytes = (counts.fileBytes ?? 0) + pages.bytes;
  } finally {
    pages.close();
  }
}

async function checkContent(
  store: QuietStore,
  { showIds = false, signal, onProgress }: CheckOptions,
  findings: Findings,
  counts: Record<string, number>,
): Promise<void> {
  const { environment } = store;
  const keyCeiling = await keyCeilingOf(store);
  const facts = factsOf(environment, keyCeiling);
  if (!checkFacts(facts, findings)) return;
  const names = [...environment.names.getRange({})].map(({ value }) => value);
  const rules: RecordRules = { hasher: new HalfSipHash(facts.hashKey), keyCeiling };
  const checker = new ContentChecker(environment, names, rules, findings, (key) =>
    showIds ? `session ${JSON.stringify(idOfKey(key).toString())}` : `session at ${key.toString('hex', 0, 4)}`,
  );
  let records = 0;
  for (const { key, value } of environment.families.getRange({})) {
    checker.look(key, value);
    if (++records % recordsAtOnce !== 0) continue;
    onProgress?.(records);
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
  checkTables(environment, checker.expected, names, findings);
  checker.checkTotals(facts);
  Object.assign(counts, checker.counts, { searchedNames: names.length, keyCeiling });
}

/** Whether the store's facts about itself can be worked with. */
function checkFacts({ hashKey, keyCeiling, state }: StoreFacts, findings: Findings): boolean {
  if (hashKey.length !== 8) findings.add('the key of the hash is missing, by which sessions are found');
  for (const [name, value] of Object.entries(state ?? {}))
    if (!Number.isFinite(value) || value < 0) findings.add(`the store's fact ${name} is ${value}`);
  if (!Number.isSafeInteger(keyCeiling)) findings.add(`the ceiling of keys is ${keyCeiling}`);
  return hashKey.length === 8;
}

class ContentChecker {
  readonly counts = { records: 0, sessions: 0, subSessions: 0, reserved: 0, locks: 0, usedBytes: 0 };
  readonly expected: ExpectedEntries;
  readonly #environment: StoreEnvironment;
  readonly #rules: RecordRules;
  readonly #findings: Findings;
  readonly #label: (key: Buffer) => string;
  readonly #names: ReadonlyMap<string, StoreName>;

  constructor(
    environment: StoreEnvironment,
    names: readonly StoreName[],
    rules: RecordRules,
    findings: Findings,
    label: (key: Buffer) => string,
  ) {
    this.#environment = environment;
    this.#rules = rules;
    this.#findings = findings;
    this.#label = label;
    this.#names = new Map(names.map((name) => [name.name, name]));
    this.expected = { deadlines: 0, locked: 0, postings: new Map(names.map(({ number }) => [number, 0])) };
    if (this.#names.size !== names.length) findings.add('a searched name has two numbers');
  }

  look(key: Buffer, bytes: Buffer): void {
    this.counts.records++;
    const record = checkedRecord(key, bytes, this.#rules);
    if (typeof record === 'string') {
      this.#findings.add(`${this.#label(key)}: ${record}`);
      return;
    }
    for (const fault of contentFaults(record, this.#rules)) this.#findings.add(`${this.#label(key)}: ${fault}`);
    this.#lookForEntries(key, record);
    this.#count(key, record);
  }

  /** Looks for what other tables must have of a record. */
  #lookForEntries(key: Buffer, { filedSecond, sessions, locks }: FamilyRecord): void {
    const { deadlines, locked, postings } = this.#environment;
    if (filedSecond !== 0) {
      this.expected.deadlines++;
      if (!deadlines.doesExist(deadlineKey(filedSecond, key)))
        this.#findings.add(`${this.#label(key)}: its deadline is not among the deadlines: it would not end`);
    }
    if (locks.length > 0) {
      this.expected.locked++;
      if (!locked.doesExist(key)) this.#findings.add(`${this.#label(key)}: its lock is not among the locks`);
    }
    const wanted = new Set<string>();
    for (const { variables } of sessions)
      walkVariables(variables, (nameStart, nameEnd, valueStart, valueEnd) => {
        const name = this.#names.get(variables.toString('latin1', nameStart, nameEnd));
        if (name === undefined) return;
        const posting = postingKey(name.number, this.#rules.hasher.hash(variables, valueStart, valueEnd), key);
        if (wanted.has(posting.toString('latin1'))) return;
        wanted.add(posting.toString('latin1'));
        const isThere = postings.doesExist(posting);
        if (isThere || name.isComplete)
          this.expected.postings.set(name.number, (this.expected.postings.get(name.number) ?? 0) + 1);
        if (!isThere && name.isComplete)
          this.#findings.add(`${this.#label(key)}: a search for its variable "${name.name}" would miss it`);
      });
  }

  #count(key: Buffer, { sessions, locks }: FamilyRecord): void {
    const id = idOfKey(key);
    const { counts } = this;
    counts.locks += locks.length;
    if (sessions.length === 0) counts.reserved++;
    else if (!id.equals(globals)) counts.sessions++;
    counts.subSessions += Math.max(0, sessions.length - 1);
    for (const { sub, variables, data } of sessions)
      counts.usedBytes +=
        idOffset + id.length + (sub === undefined ? 0 : 1 + sub.length) + variables.length + data.length;
  }

  /** What the store says of itself as a whole. */
  checkTotals({ state }: StoreFacts): void {
    if (state === undefined) return;
    const { usedBytes, subSessions } = this.counts;
    if (state.usedBytes !== usedBytes)
      this.#findings.add(
        `the sessions take ${usedBytes} bytes; the store says ${state.usedBytes}, which max-memory goes by`,
      );
    if (state.subSessions !== subSessions)
      this.#findings.add(`there are ${subSessions} sub-sessions; the store says ${state.subSessions}`);
  }
}
