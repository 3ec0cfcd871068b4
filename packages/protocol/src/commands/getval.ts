import { defineCommand } from '../command-spec.js';
import { optional, positional, session } from './arguments.js';

export const getvalCommand = defineCommand({
  name: 'GETVAL',
  group: 'variables',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'One variable of a session.',
  origin: 'GETVAL; msession_get()',
  flags: ['read', 'idempotent'],
  arguments: [
    session,
    positional('name', 'name', 'the variable'),
    optional('default', 'bytes', 'answered when the session lacks the variable'),
  ],
  reply: { type: 'oneOf', of: [{ type: 'bytes' }, { type: 'null' }] },
  errors: ['NOSESSION'],
  complexity: 'O(v) for v variables of the session',
  example: { request: 'GETVAL visit-1 user', reply: '"ada"' },
});
