import { defineCommand } from '../command-spec.js';
import { positional, session } from './arguments.js';

export const addCommand = defineCommand({
  name: 'ADD',
  group: 'variables',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Adds a number to a variable, atomically.',
  details: 'Integers are exact to 64 bits; anything else is an IEEE double in its shortest form.',
  origin: 'ADD; msession_add()',
  flags: ['write'],
  arguments: [
    session,
    positional('name', 'name', 'the variable; a missing one counts as 0'),
    positional('amount', 'number', 'what to add; may be negative or a decimal'),
  ],
  reply: { type: 'bytes' },
  errors: ['NOSESSION', 'NOTANUMBER', 'OOM'],
  complexity: 'O(v) for v variables of the session',
  example: { request: 'ADD visit-1 total 2.5', reply: '"2.5"' },
});
