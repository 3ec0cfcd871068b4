import { commands } from '@msession/protocol';
import { defineHandler } from '../command-handler.js';

export const shutdown = defineHandler(commands.SHUTDOWN, ({ context, connection, sink }) => {
  context.logger.info({ client: connection.id }, 'a client asked for shutdown');
  sink.ok();
  // the OK leaves first: it is handed to the kernel when this turn of the event loop ends
  setImmediate(context.requestShutdown);
  return undefined;
});
