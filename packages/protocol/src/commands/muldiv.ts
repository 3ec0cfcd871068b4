import { defineCommand } from '../command-spec.js';
import { positional, session } from './arguments.js';

export const muldivCommand = defineCommand({
  name: 'MULDIV',
  group: 'variables',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Sets a variable to value * multiplier / divisor, atomically.',
  details: 'Integers are multiplied in 128 bits; the result is a double only where the division is not exact.',
  origin: "MCache's MULDIV; msession_muldiv()",
  flags: ['write'],
  arguments: [
    session,
    positional('name', 'name', 'the variable; a missing one counts as 0'),
    positional('multiplier', 'number', 'the factor'),
    positional('divisor', 'number', 'not 0'),
  ],
  reply: { type: 'bytes' },
  errors: ['NOSESSION', 'NOTANUMBER', 'OOM'],
  complexity: 'O(v) for v variables of the session',
  example: { request: 'MULDIV visit-1 total 119 100', reply: '"2.975"' },
});
