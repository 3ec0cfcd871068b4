import { randomText } from '../random-text.js';
import type { Handler } from './handler.js';

export const randstr: Handler<'RANDSTR'> = (_engine, _request, args, sink) => {
  const text = randomText(args.length);
  sink.bulk(text, 0, text.length);
};
