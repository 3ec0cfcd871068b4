import { commands } from '@msession/protocol';
import { defineHandler } from '../command-handler.js';

export const quit = defineHandler(commands.QUIT, ({ context, connection, sink }) => {
  sink.ok();
  connection.isEnding = true;
  connection.endingSinceMs = context.connections.nowMs;
  return undefined;
});
