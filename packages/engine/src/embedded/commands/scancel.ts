import type { Handler } from './handler.js';

export const scancel: Handler<'SCANCEL'> = (engine, _request, args, sink, caller) => {
  sink.integer(args.ticket > 0 && engine.locks.cancel(caller.id, args.ticket) ? 1 : 0);
};
