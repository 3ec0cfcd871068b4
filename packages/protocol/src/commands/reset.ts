import { defineCommand } from '../command-spec.js';

export const resetCommand = defineCommand({
  name: 'RESET',
  group: 'connection',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Brings the connection back to how it began; frees its bound locks and pending waits.',
  origin: 'Redis',
  flags: ['connection', 'beforeAuth'],
  arguments: [],
  reply: { type: 'text' },
  errors: [],
  example: { request: 'RESET', reply: 'RESET' },
});
