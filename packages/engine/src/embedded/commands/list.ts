import { parseInteger, type ReplySink } from '@msession/protocol';
import type { Handler } from './handler.js';
import { allIds, listPage, replyIds } from './id-listing.js';

const defaultPage = 100;
/** A listing of more sessions than this is made in slices, so that it holds up nobody. */
const sessionsAtOnce = 10_000;

export const list: Handler<'LIST'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const match = args.match === 0 ? undefined : request.bytes(args.match);
  if (args.cursor !== 0) {
    const cursor = parseInteger(request.buffer, request.start(args.cursor), request.end(args.cursor));
    if (!(cursor >= 0 && cursor <= 0xffffffff)) {
      sink.error('ERR', 'the cursor is none that LIST answered; 0 starts a listing');
      return;
    }
    const page = listPage(engine, cursor, args.count ?? defaultPage, match);
    sink.array(2);
    sink.bulkText(String(page.next));
    replyIds(page.ids, sink);
    return;
  }
  if (sessions.table.size + (engine.cold?.count ?? 0) <= sessionsAtOnce) {
    replyIds(allIds(engine, 0, sessions.table.segmentCount, match), sink);
    return;
  }
  const ids: Buffer[] = [];
  let segment = 0;
  const gathered = engine.sweeper.inSlices((mayGoOn) => {
    while (segment < sessions.table.segmentCount) {
      ids.push(...allIds(engine, segment, segment + 1, match));
      segment++;
      if (engine.cold !== undefined) return segment === sessions.table.segmentCount;
      for (let i = 0; i < sessions.table.countInSegment(segment - 1); i++) if (!mayGoOn()) return false;
    }
    return true;
  });
  return gathered.then(() => (later: ReplySink) => replyIds(ids, later));
};
