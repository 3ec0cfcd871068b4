import { defineCommand } from '../command-spec.js';
import { positional } from './arguments.js';

export const listvarCommand = defineCommand({
  name: 'LISTVAR',
  group: 'search',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'All sessions that have a variable, with its value.',
  details: 'Keys are session ids, values the values, in the order in which the sessions were created.',
  origin: 'LISTVAR; msession_listvar()',
  flags: ['read', 'idempotent'],
  arguments: [positional('name', 'name', 'the variable')],
  reply: { type: 'map', keys: 'bytes', values: { type: 'bytes' } },
  errors: [],
  complexity: 'O(h) for h hits; O(n) on the first search on a name',
  example: { request: 'LISTVAR user', reply: '"visit-1" "ada"' },
});
