import { defineCommand } from '../command-spec.js';
import { optional, session } from './arguments.js';

export const timeoutCommand = defineCommand({
  name: 'TIMEOUT',
  group: 'sessions',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Sets or reads the seconds a session lives after each access.',
  details: 'Answers the seconds in force.',
  origin: 'TIMEOUT; msession_timeout()',
  flags: ['write', 'idempotent'],
  arguments: [
    session,
    optional('timeoutSeconds', 'integer', '0 never expires, below 0 the default; absent: only read'),
  ],
  reply: { type: 'integer' },
  errors: ['NOSESSION'],
  complexity: 'O(1)',
  example: { request: 'TIMEOUT visit-1 600', reply: '600' },
});
