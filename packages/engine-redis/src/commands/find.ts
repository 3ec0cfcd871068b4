import type { Handler } from '../engine-parts.js';
import { putBytes } from './replies.js';
import { matches } from './search.js';

export const find: Handler<'FIND'> = async (engine, request, args) => {
  const found = await matches(engine, request.bytes(args.name), request.bytes(args.value));
  return (sink) => {
    sink.array(found.length);
    for (const { id } of found) putBytes(sink, id);
  };
};
