import { defineCommand } from '../command-spec.js';
import { session } from './arguments.js';

export const getallCommand = defineCommand({
  name: 'GETALL',
  group: 'variables',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'All variables of a session, in the order in which they were first set.',
  origin: 'GETALL; msession_get_array()',
  flags: ['read', 'idempotent'],
  arguments: [session],
  reply: { type: 'map', keys: 'text', values: { type: 'bytes' } },
  errors: ['NOSESSION'],
  complexity: 'O(v) for v variables',
  example: { request: 'GETALL visit-1', reply: '"user" "ada"' },
});
