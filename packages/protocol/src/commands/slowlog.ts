import { defineCommand } from '../command-spec.js';
import { optional } from './arguments.js';

export const slowlogCommand = defineCommand({
  name: 'SLOWLOG',
  group: 'server',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Commands that took longer than `slowlog-threshold`.',
  origin: 'Redis',
  flags: ['admin'],
  arguments: [],
  subcommands: [
    defineCommand({
      name: 'SLOWLOG GET',
      group: 'server',
      since: '0.1.0',
      handledBy: 'server',
      summary: 'The latest entries: number, when (seconds since 1970), microseconds, words, client, client name.',
      flags: ['admin', 'idempotent'],
      arguments: [{ ...optional('count', 'integer', 'how many; default 10, -1 all'), minimum: -1 }],
      reply: {
        type: 'array',
        items: {
          type: 'tuple',
          items: [
            { type: 'integer' },
            { type: 'integer' },
            { type: 'integer' },
            { type: 'array', items: { type: 'text' } },
            { type: 'text' },
            { type: 'text' },
          ],
        },
      },
      errors: [],
    }),
    defineCommand({
      name: 'SLOWLOG LEN',
      group: 'server',
      since: '0.1.0',
      handledBy: 'server',
      summary: 'How many entries there are.',
      flags: ['admin', 'idempotent'],
      arguments: [],
      reply: { type: 'integer' },
      errors: [],
    }),
    defineCommand({
      name: 'SLOWLOG RESET',
      group: 'server',
      since: '0.1.0',
      handledBy: 'server',
      summary: 'Forgets them.',
      flags: ['admin'],
      arguments: [],
      reply: { type: 'ok' },
      errors: [],
    }),
  ],
  reply: { type: 'any' },
  errors: [],
});
