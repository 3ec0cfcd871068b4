import { defineCommand } from '../command-spec.js';
import { positional } from './arguments.js';

export const scancelCommand = defineCommand({
  name: 'SCANCEL',
  group: 'locks',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Withdraws a lock request made with ASYNC.',
  details: '1 when it was still waiting (no push follows); 0 when it was not.',
  flags: ['write'],
  arguments: [positional('ticket', 'integer', 'what SLOCK ASYNC answered')],
  reply: { type: 'integer' },
  errors: [],
  complexity: 'O(1)',
  example: { request: 'SCANCEL 7', reply: '1' },
});
