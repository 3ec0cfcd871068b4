import type { ReplySink } from '@msession/protocol';
import { headDouble, sessionFlag } from '../session-layout.js';
import type { Sessions } from '../sessions.js';
import type { Handler } from './handler.js';
import { endOfHashes, endOfWay, mayGoOnAfter } from './id-listing.js';
import { endOverdueSubs } from './overdue-subs.js';

export const flush: Handler<'FLUSH'> = (engine, _request, args, sink) => {
  const { sessions, sweeper, cold } = engine;
  const { table } = sessions;
  const latestMs = sessions.nowMs() - args.idleSeconds * 1000;
  let from = 0;
  let flushed = 0;
  const step = (mayGoOn: () => boolean): boolean => {
    while (from < endOfHashes) {
      const end = endOfWay(table, from);
      const until = cold?.loadIdle(from, end, latestMs) ?? end;
      const found = idle(sessions, { from, until }, latestMs);
      for (const address of found) {
        // it may have gone with its parent
        if (table.find(address.hash, address.id, 0, address.id.length) !== address.address) continue;
        const isCounted = !sessions.hasFlag(address.address, sessionFlag.subSession);
        if (!sessions.isLive(address.address)) continue;
        if (isCounted) endOverdueSubs(sessions, address.address);
        sessions.destroy(address.address, 'destroyed');
        if (isCounted) flushed++;
      }
      from = until;
      if (from < endOfHashes && !mayGoOnAfter(found.length * 4, mayGoOn)) return false;
    }
    return true;
  };
  if (step(sweeper.budget())) {
    sink.integer(flushed);
    return;
  }
  return sweeper.inSlices(step).then(() => (later: ReplySink) => later.integer(flushed));
};

interface Idle {
  readonly address: number;
  readonly hash: number;
  readonly id: Buffer;
}

/** The idle sessions of a part of a segment, each after its idle sub-sessions, in whatever segment those stand. */
function idle(
  sessions: Sessions,
  { from, until }: { readonly from: number; readonly until: number },
  latestMs: number,
): Idle[] {
  const found: Idle[] = [];
  const look = (address: number, hash: number) => {
    if (sessions.double(address, headDouble.accessedMs) > latestMs || sessions.isKept(address)) return;
    found.push({ address, hash, id: sessions.idOf(address) });
  };
  sessions.table.forEachInSegment(sessions.table.segmentOf(from), (address, hash) => {
    if (hash < from || hash >= until) return;
    if (address === sessions.globals || sessions.hasFlag(address, sessionFlag.subSession)) return;
    for (const sub of sessions.subSessions(address)) look(sub, sessions.hashOf(sub));
    look(address, hash);
  });
  return found;
}
