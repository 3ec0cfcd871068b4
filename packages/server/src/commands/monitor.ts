import { commands } from '@msession/protocol';
import { defineHandler } from '../command-handler.js';

export const monitor = defineHandler(commands.MONITOR, ({ context, connection, sink }) => {
  context.monitor.add(connection);
  sink.ok();
  return undefined;
});
