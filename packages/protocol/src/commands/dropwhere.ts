import { defineCommand } from '../command-spec.js';
import { option, positional } from './arguments.js';

export const dropwhereCommand = defineCommand({
  name: 'DROPWHERE',
  group: 'search',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Finds sessions by a variable and destroys them, in one step.',
  details:
    'Whole sessions whose own variable matches; answers how many sessions (not sub-sessions) went. "Log this user out everywhere but here."',
  flags: ['write'],
  arguments: [
    positional('name', 'name', 'the variable'),
    positional('value', 'bytes', 'its value'),
    option('EXCEPT', 'except', 'id', 'the session to keep, with all its sub-sessions'),
  ],
  reply: { type: 'integer' },
  errors: [],
  complexity: 'O(h) for h hits',
  example: { request: 'DROPWHERE user ada EXCEPT visit-1', reply: '3' },
});
