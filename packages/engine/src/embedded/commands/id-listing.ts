// Ids of live sessions, whole or in pages. A page goes by the hash of the id: sessions stand in the table's segments in
// order of their hash, so a cursor is the first hash not yet listed, whatever came or went in between.
import type { ReplySink } from '@msession/protocol';
import { matchesGlob } from '../glob.js';
import { sessionFlag } from '../session-layout.js';
import type { Sessions } from '../sessions.js';
import type { EngineParts } from './handler.js';

interface Listed {
  readonly hash: number;
  readonly id: Buffer;
  readonly sequence: number;
}

/** The ids of some segments, in order of creation where that is all of them. */
export function allIds(engine: EngineParts, from: number, to: number, match: Buffer | undefined): Buffer[] {
  const listed: Listed[] = [];
  for (let segment = from; segment < to; segment++) listed.push(...liveIn(engine, segment));
  return listed
    .filter(({ id }) => match === undefined || matchesGlob(match, id, 0, id.length))
    .sort((left, right) => left.sequence - right.sequence)
    .map(({ id }) => id);
}

/** Addresses in the order in which the sessions were made. */
export function inOrder(sessions: Sessions, addresses: number[]): number[] {
  return addresses.sort((left, right) => sessions.sequence(left) - sessions.sequence(right));
}

/** A page of about `count` ids from a cursor on, and the next cursor (0: that was the last page). */
export function listPage(
  engine: EngineParts,
  cursor: number,
  count: number,
  match: Buffer | undefined,
): { readonly next: number; readonly ids: Buffer[] } {
  const page: Listed[] = [];
  const { table } = engine.sessions;
  let next = 0;
  for (let segment = table.segmentOf(cursor); segment < table.segmentCount; segment++) {
    const listed = segmentFrom(engine, segment, cursor);
    let taken = 0;
    // those of one hash stay together, since the cursor cannot tell them apart
    while (taken < listed.length && (page.length < count || listed[taken]?.hash === page.at(-1)?.hash))
      page.push(listed[taken++] as Listed);
    if (taken < listed.length) {
      next = (listed[taken] as Listed).hash;
      break;
    }
    if (page.length >= count) {
      next = firstHashAfter(engine, segment);
      break;
    }
  }
  const ids = page.map(({ id }) => id).filter((id) => match === undefined || matchesGlob(match, id, 0, id.length));
  return { next, ids };
}

/** Live sessions of a segment, in memory and beyond, without sub-sessions and `globals`. */
function liveIn({ sessions, cold }: EngineParts, segment: number): Listed[] {
  const found: number[] = [];
  sessions.table.forEachInSegment(segment, (address) => {
    if (!sessions.hasFlag(address, sessionFlag.subSession | sessionFlag.globals)) found.push(address);
  });
  const listed: Listed[] = cold?.listed(segment) ?? [];
  for (const address of found)
    if (sessions.isLive(address))
      listed.push({
        hash: sessions.hashOf(address),
        id: sessions.idOf(address),
        sequence: sessions.sequence(address),
      });
  return listed;
}

function segmentFrom(engine: EngineParts, segment: number, cursor: number): Listed[] {
  return liveIn(engine, segment)
    .filter(({ hash }) => hash >= cursor)
    .sort((left, right) => left.hash - right.hash);
}

/** The lowest hash behind a segment under which a session stands; 0 when there is none. */
function firstHashAfter(engine: EngineParts, segment: number): number {
  for (let later = segment + 1; later < engine.sessions.table.segmentCount; later++) {
    const first = segmentFrom(engine, later, 0)[0];
    if (first !== undefined) return first.hash;
  }
  return 0;
}

export function replyIds(ids: readonly Buffer[], sink: ReplySink): void {
  sink.array(ids.length);
  for (const id of ids) sink.bulk(id, 0, id.length);
}
