import { commands } from '@msession/protocol';
import { defineHandler } from '../command-handler.js';

export const reset = defineHandler(commands.RESET, ({ context, connection, sink }) => {
  context.engine.release(connection);
  context.monitor.remove(connection);
  connection.unsubscribe?.();
  connection.unsubscribe = null;
  connection.heldLocks = 0;
  connection.name = '';
  connection.user = context.authenticator.initialUser;
  connection.anonymousSinceMs = context.connections.nowMs;
  connection.parser.limits = context.requestLimitsFor(connection.user);
  connection.protocolVersion = 2;
  (sink as { version: 2 | 3 }).version = 2;
  sink.simple('RESET');
  return undefined;
});
