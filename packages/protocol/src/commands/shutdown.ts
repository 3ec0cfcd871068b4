import { defineCommand } from '../command-spec.js';

export const shutdownCommand = defineCommand({
  name: 'SHUTDOWN',
  group: 'server',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Ends the server as SIGTERM does: finish, make durable, exit.',
  origin: 'Redis',
  flags: ['admin'],
  arguments: [
    {
      kind: 'choice',
      name: 'mode',
      tokens: ['SAVE', 'NOSAVE'],
      summary: 'accepted; a server with a store always saves',
    },
  ],
  reply: { type: 'ok' },
  errors: [],
  example: { request: 'SHUTDOWN', reply: '' },
});
