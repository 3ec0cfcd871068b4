import type { Handler } from './handler.js';

export const serialize: Handler<'SERIALIZE'> = (_engine, _request, _args, sink) => {
  sink.ok();
};
