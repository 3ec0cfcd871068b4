import { defineCommand } from '../command-spec.js';
import { keyOption, session, unsetOption } from './arguments.js';

export const delvalCommand = defineCommand({
  name: 'DELVAL',
  group: 'variables',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Removes variables; answers how many there were.',
  details:
    'The form with `KEY` removes only if that key holds the lock. The plain form is read as that one when its first name is `KEY` and its third `UNSET`: such a variable must stand elsewhere in the list.',
  flags: ['write'],
  arguments: [session, { kind: 'rest', name: 'names', type: 'name', minimum: 1, summary: 'the variables' }],
  guardedForm: [session, { ...keyOption, required: true }, { ...unsetOption, required: true }],
  reply: { type: 'integer' },
  errors: ['NOSESSION', 'NOWLOCK'],
  complexity: 'O(v) for v variables of the session',
  example: { request: 'DELVAL visit-1 cart', reply: '1' },
});
