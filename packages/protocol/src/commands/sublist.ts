import { defineCommand } from '../command-spec.js';
import { session } from './arguments.js';

export const sublistCommand = defineCommand({
  name: 'SUBLIST',
  group: 'sub-sessions',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Sub-session ids of a session.',
  flags: ['read', 'idempotent'],
  arguments: [session],
  reply: { type: 'array', items: { type: 'bytes' } },
  errors: ['NOSESSION'],
  complexity: 'O(s) for s sub-sessions',
  example: { request: 'SUBLIST visit-1', reply: '["5f0c...e2"]' },
});
