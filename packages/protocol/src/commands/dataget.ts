import { defineCommand } from '../command-spec.js';
import { flag, session } from './arguments.js';

export const datagetCommand = defineCommand({
  name: 'DATAGET',
  group: 'data',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'The unstructured data of a session.',
  details:
    'Null when the session has none or does not exist. With REV an array of data and revision; `[null, 0]` when there is no session.',
  origin: 'DATAGET; msession_get_data()',
  flags: ['read', 'idempotent'],
  arguments: [
    session,
    flag('REV', 'withRevision', 'answer the revision, too'),
    flag('PEEK', 'isPeek', 'leave the life of the session as it is, as a listing should'),
  ],
  reply: {
    type: 'oneOf',
    of: [
      { type: 'bytes' },
      { type: 'null' },
      { type: 'tuple', items: [{ type: 'oneOf', of: [{ type: 'bytes' }, { type: 'null' }] }, { type: 'integer' }] },
    ],
  },
  errors: [],
  complexity: 'O(n) for n bytes',
  example: { request: 'DATAGET visit-1', reply: '"a:0:{}"' },
});
