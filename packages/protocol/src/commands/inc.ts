import { defineCommand } from '../command-spec.js';
import { positional, session } from './arguments.js';

export const incCommand = defineCommand({
  name: 'INC',
  group: 'variables',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Adds one to a variable, atomically.',
  details: 'Integers are exact to 64 bits; overflow is ERR and changes nothing.',
  origin: 'INC; msession_inc()',
  flags: ['write'],
  arguments: [session, positional('name', 'name', 'the variable; a missing one counts as 0')],
  reply: { type: 'bytes' },
  errors: ['NOSESSION', 'NOTANUMBER', 'OOM'],
  complexity: 'O(v) for v variables of the session',
  example: { request: 'INC globals visitors', reply: '"1"' },
});
