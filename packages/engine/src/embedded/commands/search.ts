// Search by variable: the index of a name is made on the first search, in slices when there is much to gather, and kept
// right from its first moment on.
import type { ReplySink } from '@msession/protocol';
import { IndexedName } from '../search-index.js';
import { sessionFlag } from '../session-layout.js';
import type { EngineParts } from './handler.js';
import { inOrder } from './id-listing.js';

/**
 * Calls `answer` with the index of a name, at once where it is complete or quickly made. Otherwise a promise of what it
 * wrote; `name` is the caller's own copy. With `value` only sessions that have it are of interest: of those that are not
 * in memory no others are fetched.
 */
export function withIndex(
  engine: EngineParts,
  name: Buffer,
  sink: ReplySink,
  answer: (indexed: IndexedName, sink: ReplySink) => void,
  value?: Buffer,
): undefined | Promise<(sink: ReplySink) => void> {
  const { sessions, cold } = engine;
  const prepared = prepare(engine, name, value);
  if (prepared instanceof IndexedName) {
    answer(prepared, sink);
    return undefined;
  }
  return prepared.then(
    (indexed) => (later) => {
      sessions.refreshNow();
      // what came or went since the slices, so that the answer is of one moment
      cold?.loadMatches(indexed, value, () => true);
      answer(indexed, later);
    },
    (error: Error) => (later) => later.error('UNAVAILABLE', error.message),
  );
}

/** Makes a name's index complete and fetches what it names; rejects with a StoreFault. */
function prepare(engine: EngineParts, name: Buffer, value: Buffer | undefined): IndexedName | Promise<IndexedName> {
  const { sessions, sweeper, cold } = engine;
  const { index } = sessions;
  const indexed = index.named(name, 0, name.length) ?? openIndex(engine, name);
  if (indexed === undefined) return index.whenUnused().then(() => prepare(engine, name, value));
  index.noteSearch(indexed);
  const build = indexed.isComplete ? () => true : builder(engine, indexed);
  const isCovered = () => cold === undefined || cold.isCovered(indexed);
  const fetch = (mayGoOn: () => boolean) => cold?.loadMatches(indexed, value, mayGoOn) ?? true;
  // for the day when sessions are on disk alone; a search that needs it begins again where it failed, and is told
  if (cold?.isIndexed(indexed) === false) cold.index(indexed).catch(() => undefined);
  if (isCovered()) {
    const budget = sweeper.budget();
    if (build(budget) && fetch(budget)) return indexed;
  }
  index.beginUse(indexed);
  const gather = async () => {
    try {
      await sweeper.inSlices(build);
      do {
        if (!isCovered()) await cold?.index(indexed);
        await sweeper.inSlices(fetch);
      } while (!isCovered());
      return indexed;
    } finally {
      index.endUse(indexed);
    }
  };
  return gather();
}

/** Begins to index a name, in the place of the one searched longest ago where there are enough; undefined for none. */
function openIndex(engine: EngineParts, name: Buffer): IndexedName | undefined {
  const { sessions, sweeper, cold, limits, clock } = engine;
  const { index } = sessions;
  while (index.size >= limits.maxSearchedNames) {
    const { idlest } = index;
    if (idlest === undefined) return undefined;
    index.close(idlest);
    cold?.forget(idlest);
    // not before answers that are about to be written from it
    clock.schedule(0, () => void sweeper.inSlices((mayGoOn) => index.giveBack(idlest, mayGoOn)));
  }
  return index.open(name);
}

/** A step that gathers what sessions have under a name, until its budget is used; true when it has seen all. */
function builder(engine: EngineParts, indexed: IndexedName): (mayGoOn: () => boolean) => boolean {
  const { sessions } = engine;
  let segment = 0;
  return (mayGoOn) => {
    while (!indexed.isComplete && segment < sessions.table.segmentCount) {
      let isBudgetLeft = true;
      sessions.table.forEachInSegment(segment, (address) => {
        if (!sessions.hasFlag(address, sessionFlag.globals)) sessions.index.note(address, indexed);
        isBudgetLeft = mayGoOn() && isBudgetLeft;
      });
      segment++;
      if (!isBudgetLeft && segment < sessions.table.segmentCount) return false;
    }
    indexed.isComplete = true;
    return true;
  };
}

/** Those of the sessions that live, in the order in which they were made. */
export function liveInOrder(engine: EngineParts, addresses: number[]): number[] {
  const { sessions } = engine;
  // one that is overdue ends when it is looked at, and takes its sub-sessions along: look by id, not by address
  const ids = addresses.map((address) => sessions.idOf(address));
  const live = ids.map((id) => sessions.find(id, 0, id.length)).filter((address) => address !== 0);
  return inOrder(sessions, live);
}
