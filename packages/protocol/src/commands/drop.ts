import { defineCommand } from '../command-spec.js';
import { keyOption, session } from './arguments.js';

export const dropCommand = defineCommand({
  name: 'DROP',
  group: 'sessions',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Destroys a session, its lock, variables and sub-sessions.',
  details: 'Those who wait for its lock get NOSESSION; those who wait with CREATE keep their place.',
  origin: 'DROP; msession_destroy()',
  flags: ['write'],
  arguments: [session, keyOption],
  reply: { type: 'integer' },
  errors: ['NOSESSION', 'NOWLOCK'],
  complexity: 'O(1) and O(s) for s sub-sessions',
  example: { request: 'DROP visit-1', reply: '1' },
});
