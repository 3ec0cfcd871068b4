// Ids of live sessions, whole or in pages. Sessions stand in the table's segments, and on disk, in the order of the hash of
// their ids: a listing goes along the hashes, a short way at a time, and takes what is in memory and what is on disk of one
// way at one moment. A cursor is the first hash not yet listed, whatever came or went in between.
import type { ReplySink } from '@msession/protocol';
import { matchesGlob } from '../glob.js';
import { sessionFlag } from '../session-layout.js';
import type { SessionTable } from '../session-table.js';
import type { Sessions } from '../sessions.js';
import type { EngineParts } from './handler.js';

interface Listed {
  readonly hash: number;
  readonly id: Buffer;
  readonly sequence: number;
}

const sessionsOnWay = 512;
/** Behind the last hash. */
export const endOfHashes = 2 ** 32;

/** A listing under way: `step` goes on as long as it may, and says whether that was all. */
export interface Listing<Result> {
  step(mayGoOn: () => boolean): boolean;
  /** What was found, when `step` has said that it was all. */
  result(): Result;
}

/** All ids, in order of creation. */
export function allIds(engine: EngineParts, match: Buffer | undefined): Listing<Buffer[]> {
  const listed: Listed[] = [];
  let at = 0;
  return {
    step: (mayGoOn) => {
      while (at < endOfHashes) {
        const part = liveFrom(engine, at);
        listed.push(...part.items.filter(({ id }) => isWanted(id, match)));
        at = part.until;
        if (at < endOfHashes && !mayGoOnAfter(part.cost, mayGoOn)) return false;
      }
      return true;
    },
    result: () => listed.sort((left, right) => left.sequence - right.sequence).map(({ id }) => id),
  };
}

export interface Page {
  /** The cursor of the next page; 0: this was the last. */
  readonly next: number;
  readonly ids: readonly Buffer[];
}

/** A page of about `count` ids from a cursor on. */
export function listPage(engine: EngineParts, cursor: number, count: number, match: Buffer | undefined): Listing<Page> {
  const ids: Buffer[] = [];
  let taken = 0;
  let lastHash = -1;
  let at = cursor;
  let next = 0;
  /** True when the page ends before the last of these. */
  const take = (items: readonly Listed[]): boolean => {
    for (const { hash, id } of items) {
      // those of one hash stay together, since the cursor cannot tell them apart
      if (taken >= count && hash !== lastHash) {
        next = hash;
        return true;
      }
      taken++;
      lastHash = hash;
      if (isWanted(id, match)) ids.push(id);
    }
    return false;
  };
  return {
    step: (mayGoOn) => {
      // behind a full page it goes on to the next session, so that no page is empty
      while (at < endOfHashes) {
        const part = liveFrom(engine, at);
        at = part.until;
        if (take(part.items.sort((left, right) => left.hash - right.hash))) return true;
        if (at < endOfHashes && !mayGoOnAfter(part.cost, mayGoOn)) return false;
      }
      return true;
    },
    result: () => ({ next, ids }),
  };
}

/** Addresses in the order in which the sessions were made. */
export function inOrder(sessions: Sessions, addresses: number[]): number[] {
  return addresses.sort((left, right) => sessions.sequence(left) - sessions.sequence(right));
}

/** Where a short way along the hashes ends: within one segment, and so that few sessions in memory lie on it. */
export function endOfWay(table: SessionTable, from: number): number {
  const segment = table.segmentOf(from);
  const end = table.endOfSegment(segment);
  const ways = Math.ceil(table.countInSegment(segment) / sessionsOnWay);
  if (ways <= 1) return end;
  return Math.min(end, from + Math.ceil((end - table.endOfSegment(segment - 1)) / ways));
}

/** Asks as often as there was something to do. */
export function mayGoOnAfter(cost: number, mayGoOn: () => boolean): boolean {
  for (let i = 0; i <= cost; i++) if (!mayGoOn()) return false;
  return true;
}

function isWanted(id: Buffer, match: Buffer | undefined): boolean {
  return match === undefined || matchesGlob(match, id, 0, id.length);
}

/** Live sessions from a hash on, some way: in memory and beyond, without sub-sessions and `globals`. */
function liveFrom(
  { sessions, cold }: EngineParts,
  from: number,
): { readonly until: number; readonly items: Listed[]; readonly cost: number } {
  const { table } = sessions;
  const segment = table.segmentOf(from);
  const end = endOfWay(table, from);
  const { until, items: listed } = cold?.listed(from, end) ?? { until: end, items: [] };
  const items: Listed[] = [...listed];
  const found: number[] = [];
  table.forEachInSegment(segment, (address, hash) => {
    if (hash < from || hash >= until) return;
    if (!sessions.hasFlag(address, sessionFlag.subSession | sessionFlag.globals)) found.push(address);
  });
  for (const address of found)
    if (sessions.isLive(address))
      items.push({
        hash: sessions.hashOf(address),
        id: sessions.idOf(address),
        sequence: sessions.sequence(address),
      });
  return { until, items, cost: items.length };
}

export function replyIds(ids: readonly Buffer[], sink: ReplySink): void {
  sink.array(ids.length);
  for (const id of ids) sink.bulk(id, 0, id.length);
}
