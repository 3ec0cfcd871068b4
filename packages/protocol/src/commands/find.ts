import { defineCommand } from '../command-spec.js';
import { positional } from './arguments.js';

export const findCommand = defineCommand({
  name: 'FIND',
  group: 'search',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Ids of the sessions in which a variable has a value.',
  details:
    'The first search on a name builds its index; later ones cost what they answer. Sub-sessions are included, `globals` is not. In the order in which the sessions were created.',
  origin: 'FIND; msession_find()',
  flags: ['read', 'idempotent'],
  arguments: [
    positional('name', 'name', 'the variable'),
    positional('value', 'bytes', 'its value, compared byte for byte'),
  ],
  reply: { type: 'array', items: { type: 'bytes' } },
  errors: [],
  complexity: 'O(h) for h hits; O(n) on the first search on a name',
  example: { request: 'FIND user ada', reply: '["visit-1"]' },
});
