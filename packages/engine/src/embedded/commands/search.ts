// Search by variable: the index of a name is made on the first search, in slices when there is much to gather, and kept
// right from its first moment on.
import type { ReplySink } from '@msession/protocol';
import type { IndexedName } from '../search-index.js';
import { sessionFlag } from '../session-layout.js';
import type { ColdSessions } from '../store/cold-sessions.js';
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
  const { sessions, sweeper } = engine;
  const known = sessions.index.named(name, 0, name.length);
  if (engine.cold !== undefined) return withColdIndex(engine, engine.cold, known, name, sink, answer, value);
  if (known?.isComplete === true) {
    answer(known, sink);
    return undefined;
  }
  const indexed = known ?? sessions.index.open(name);
  const build = builder(engine, indexed);
  if (build(sweeper.budget())) {
    answer(indexed, sink);
    return undefined;
  }
  return sweeper.inSlices(build).then(() => (later) => answer(indexed, later));
}

/** As `withIndex`, where sessions may be on disk alone: their postings are made and what they name is fetched. */
function withColdIndex(
  engine: EngineParts,
  cold: ColdSessions,
  known: IndexedName | undefined,
  name: Buffer,
  sink: ReplySink,
  answer: (indexed: IndexedName, sink: ReplySink) => void,
  value: Buffer | undefined,
): undefined | Promise<(sink: ReplySink) => void> {
  const { sessions, sweeper } = engine;
  const indexed = known ?? sessions.index.open(name);
  const fetch = (mayGoOn: () => boolean) => cold.loadMatches(indexed, value, mayGoOn);
  if (indexed.isComplete && cold.isIndexed(indexed) && fetch(sweeper.budget())) {
    answer(indexed, sink);
    return undefined;
  }
  const gather = async () => {
    if (!indexed.isComplete) await sweeper.inSlices(builder(engine, indexed));
    if (!cold.isIndexed(indexed)) await cold.index(indexed);
    await sweeper.inSlices(fetch);
  };
  return gather().then(
    () => (later) => {
      sessions.refreshNow();
      // what came or went since the slices, so that the answer is of one moment
      fetch(() => true);
      answer(indexed, later);
    },
    (error: Error) => (later) => later.error('UNAVAILABLE', error.message),
  );
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
