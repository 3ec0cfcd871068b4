import { defineCommand } from '../command-spec.js';
import { keyOption, session, variablesOption } from './arguments.js';

export const setvalCommand = defineCommand({
  name: 'SETVAL',
  group: 'variables',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Sets variables of a session, all or none.',
  details:
    'The form with `KEY` writes only if that key holds the lock. The plain form is read as that one when its first name is `KEY` and its second `VARS`: such a variable must stand elsewhere in the list.',
  origin: 'SETVAL; msession_set(), msession_set_array()',
  flags: ['write', 'idempotent'],
  arguments: [
    session,
    { kind: 'rest', name: 'variables', type: 'name', pair: 'bytes', minimum: 1, summary: 'names and values' },
  ],
  guardedForm: [session, { ...keyOption, required: true }, { ...variablesOption, required: true }],
  reply: { type: 'ok' },
  errors: ['NOSESSION', 'NOWLOCK', 'OOM'],
  complexity: 'O(v) for v variables of the session',
  example: { request: 'SETVAL visit-1 user ada cart 3', reply: 'OK' },
});
