import { commands, type ErrorCode, ReplyCollector, ReplyError, Request } from '@msession/protocol';
import { defineHandler } from '../command-handler.js';

export const plugin = defineHandler(
  commands.PLUGIN,
  ({ context, connection, request, sink, bound }) => {
    const id = request.bytes(bound.id);
    const call = {
      id,
      value: request.bytes(bound.value),
      parameter: bound.parameter === 0 ? null : request.bytes(bound.parameter),
    };
    const collector = new ReplyCollector(3);
    const late = context.engine.execute('CTL', Request.of(['CTL', id, 'EXIST']), collector, connection);
    if (late === undefined) {
      if (collector.take() === 1) return context.plugins.escape(call, connection, sink);
      sink.error('NOSESSION', 'there is no such session');
      return undefined;
    }
    return late.then(async (deferred) => {
      deferred(collector);
      if (collector.take() !== 1) return (reply) => reply.error('NOSESSION', 'there is no such session');
      const answer = new ReplyCollector(3);
      const later = await context.plugins.escape(call, connection, answer);
      if (later !== undefined) return later;
      const value = answer.take();
      return (reply) => {
        if (value instanceof ReplyError) reply.error(value.code as ErrorCode, value.message);
        else if (Buffer.isBuffer(value)) reply.bulk(value, 0, value.length);
        else reply.null();
      };
    });
  },
  { isBlocking: true },
);
