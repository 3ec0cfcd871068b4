import type { Handler } from '../engine-parts.js';
import { putBytes } from './replies.js';
import { matches } from './search.js';

export const listvar: Handler<'LISTVAR'> = async (engine, request, args) => {
  const found = await matches(engine, request.bytes(args.name), undefined);
  return (sink) => {
    sink.map(found.length);
    for (const { id, value } of found) {
      putBytes(sink, id);
      putBytes(sink, value);
    }
  };
};
