import type { ReplySink } from '@msession/protocol';
import type { Handler } from './handler.js';

export const serialize: Handler<'SERIALIZE'> = ({ store }, _request, _args, sink) => {
  if (store === undefined || store.durability === 'none') {
    sink.ok();
    return;
  }
  return store.cycle.sync().then(
    () => (later: ReplySink) => later.ok(),
    (error: Error) => (later: ReplySink) => later.error('UNAVAILABLE', error.message),
  );
};
