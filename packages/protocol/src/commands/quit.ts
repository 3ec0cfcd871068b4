import { defineCommand } from '../command-spec.js';

export const quitCommand = defineCommand({
  name: 'QUIT',
  group: 'connection',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Answers OK and closes the connection.',
  origin: 'Redis',
  flags: ['connection', 'beforeAuth'],
  arguments: [],
  reply: { type: 'ok' },
  errors: [],
  example: { request: 'QUIT', reply: 'OK' },
});
