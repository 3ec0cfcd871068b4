import { defineCommand } from '../command-spec.js';
import { session } from './arguments.js';

export const locksCommand = defineCommand({
  name: 'LOCKS',
  group: 'locks',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Who holds which lock, since and until when, with which note, and who waits.',
  details:
    'Times are milliseconds since 1970. Ids are shown hashed unless the server runs with `show-ids`; URLs in notes lose their query.',
  flags: ['admin', 'idempotent'],
  arguments: [{ ...session, optional: true }],
  reply: {
    type: 'array',
    items: {
      type: 'record',
      fields: {
        id: { type: 'bytes' },
        key: { type: 'integer' },
        connection: { type: 'integer' },
        bound: { type: 'integer' },
        note: { type: 'text' },
        sinceMs: { type: 'integer' },
        untilMs: { type: 'integer' },
        waiters: {
          type: 'array',
          items: {
            type: 'record',
            fields: {
              connection: { type: 'integer' },
              note: { type: 'text' },
              sinceMs: { type: 'integer' },
              untilMs: { type: 'integer' },
            },
          },
        },
      },
    },
  },
  errors: [],
  complexity: 'O(l) for l locks',
  example: { request: 'LOCKS', reply: '[]' },
});
