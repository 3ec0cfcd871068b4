import { commands } from '@msession/protocol';
import { defineHandler } from '../command-handler.js';

export const echo = defineHandler(commands.ECHO, ({ request, sink, bound }) => {
  sink.bulk(request.buffer, request.start(bound.message), request.end(bound.message));
  return undefined;
});
