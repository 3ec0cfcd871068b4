import type { Handler } from './handler.js';

export const sextend: Handler<'SEXTEND'> = (engine, request, args, sink) => {
  const { sessions, locks } = engine;
  const address = sessions.find(request.buffer, request.start(args.id), request.end(args.id));
  const lock = locks.heldBy(request.latin1(args.id), args.key);
  if (lock === undefined) {
    if (address === 0) sink.error('NOSESSION', 'there is no session of that id');
    else sink.error('NOWLOCK', 'the key does not hold the lock');
    return;
  }
  locks.extend(lock, address, args.leaseMs);
  sink.integer(1);
};
