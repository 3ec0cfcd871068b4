import { defineCommand } from '../command-spec.js';
import { positional } from './arguments.js';

export const flushCommand = defineCommand({
  name: 'FLUSH',
  group: 'sessions',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Destroys all sessions that nobody accessed for some seconds.',
  details: 'Answers how many sessions went (sub-sessions not counted). Locked sessions and `globals` stay.',
  origin: 'FLUSH',
  flags: ['write'],
  arguments: [{ ...positional('idleSeconds', 'integer', 'seconds since the last access'), minimum: 0 }],
  reply: { type: 'integer' },
  errors: [],
  complexity: 'O(n) for n sessions',
  example: { request: 'FLUSH 86400', reply: '12' },
});
