import { defineCommand } from '../command-spec.js';
import { option } from './arguments.js';

export const listCommand = defineCommand({
  name: 'LIST',
  group: 'search',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Ids of the live sessions; sub-sessions and `globals` are left out.',
  details:
    'Without CURSOR all ids; with CURSOR an array of the next cursor and a page of ids. A session that lives through the whole listing is listed at least once.',
  origin: 'LIST; msession_list()',
  flags: ['read', 'idempotent'],
  arguments: [
    option('CURSOR', 'cursor', 'text', 'page by page: 0 starts, the answered cursor goes on, answered 0 ends'),
    { ...option('COUNT', 'count', 'integer', 'about how many ids a page; default 100'), minimum: 1, maximum: 100_000 },
    option('MATCH', 'match', 'text', 'glob pattern: * ? [a-z] and a backslash to escape'),
  ],
  reply: {
    type: 'oneOf',
    of: [
      { type: 'array', items: { type: 'bytes' } },
      { type: 'tuple', items: [{ type: 'text' }, { type: 'array', items: { type: 'bytes' } }] },
    ],
  },
  errors: [],
  complexity: 'O(n) for n sessions; O(count) a page',
  example: { request: 'LIST CURSOR 0 COUNT 2', reply: '"0" ["visit-1", "visit-2"]' },
});
