import { commands } from '@msession/protocol';
import { defineHandler } from '../command-handler.js';

export const ping = defineHandler(commands.PING, ({ request, sink, bound }) => {
  if (bound.message === 0) sink.simple('PONG');
  else sink.bulk(request.buffer, request.start(bound.message), request.end(bound.message));
  return undefined;
});
