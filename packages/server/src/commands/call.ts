import { commands } from '@msession/protocol';
import { defineHandler } from '../command-handler.js';

export const call = defineHandler(
  commands.CALL,
  ({ context, connection, request, sink, bound }) => {
    const { first, count } = bound.parameters;
    const parameters = Array.from({ length: count }, (_, i) => request.bytes(first + i));
    return context.plugins.call(request.text(bound.function), parameters, connection, sink);
  },
  { isBlocking: true },
);
