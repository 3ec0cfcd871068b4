import type { Handler } from './handler.js';

export const count: Handler<'COUNT'> = ({ sessions, sweeper }, _request, _args, sink) => {
  // what is overdue and was not swept must not be counted
  const settled = sweeper.settled();
  if (settled !== undefined) return settled.then(() => (later) => later.integer(sessions.count));
  sink.integer(sessions.count);
};
