import { defineCommand } from '../command-spec.js';

export const monitorCommand = defineCommand({
  name: 'MONITOR',
  group: 'server',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Sends a line for every command that any client runs, values redacted, until the connection ends or RESET.',
  origin: 'Redis',
  flags: ['admin'],
  arguments: [],
  reply: { type: 'ok' },
  errors: [],
  example: { request: 'MONITOR', reply: 'OK' },
});
