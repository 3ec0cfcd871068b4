import { type DeferredReply, parseInteger, type ReplySink } from '@msession/protocol';
import type { EngineParts, Handler } from './handler.js';
import { allIds, type Listing, listPage, replyIds } from './id-listing.js';

const defaultPage = 100;
/** A listing of more sessions than this is made in slices, so that it holds up nobody. */
const sessionsAtOnce = 10_000;

export const list: Handler<'LIST'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const match = args.match === 0 ? undefined : request.bytes(args.match);
  if (args.cursor === 0) return answer(engine, allIds(engine, match), sink, sessions.table.size, replyIds);
  const cursor = parseInteger(request.buffer, request.start(args.cursor), request.end(args.cursor));
  if (!(cursor >= 0 && cursor <= 0xffffffff)) {
    sink.error('ERR', 'the cursor is none that LIST answered; 0 starts a listing');
    return;
  }
  const count = args.count ?? defaultPage;
  return answer(engine, listPage(engine, cursor, count, match), sink, count, ({ next, ids }, target) => {
    target.array(2);
    target.bulkText(String(next));
    replyIds(ids, target);
  });
};

/** Answers a listing of about so many sessions, at once where they are few and in memory. */
function answer<Result>(
  { sweeper, cold }: EngineParts,
  listing: Listing<Result>,
  sink: ReplySink,
  about: number,
  reply: (result: Result, sink: ReplySink) => void,
): undefined | Promise<DeferredReply> {
  const areFew = about <= sessionsAtOnce && (cold?.count ?? 0) === 0;
  if (listing.step(areFew ? () => true : sweeper.budget())) {
    reply(listing.result(), sink);
    return undefined;
  }
  return sweeper
    .inSlices((mayGoOn) => listing.step(mayGoOn))
    .then(() => (later: ReplySink) => reply(listing.result(), later));
}
