import { defineCommand } from '../command-spec.js';
import { positional } from './arguments.js';

export const selectCommand = defineCommand({
  name: 'SELECT',
  group: 'connection',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Accepts database 0 and no other, for clients that always send it.',
  origin: 'Redis',
  flags: ['connection', 'idempotent'],
  arguments: [positional('database', 'integer', '0')],
  reply: { type: 'ok' },
  errors: [],
  example: { request: 'SELECT 0', reply: 'OK' },
});
