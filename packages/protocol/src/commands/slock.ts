import { defineCommand } from '../command-spec.js';
import { flag, option, session } from './arguments.js';

export const slockCommand = defineCommand({
  name: 'SLOCK',
  group: 'locks',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Takes the lock of a session.',
  details:
    'The key is a fencing token: it grows for ever. Waiters are served first come, first served, the moment the lock is free. A lock that this connection holds already answers LOCKED at once, whatever WAIT says.\n\nWith ASYNC the reply is an integer ticket, and later exactly one push `[lock, ticket, id, OK or an error code, key, data]`.',
  origin: 'SLOCK; msession_lock()',
  flags: ['write', 'blocking'],
  arguments: [
    session,
    {
      ...option('WAIT', 'waitMs', 'integer', 'milliseconds to wait for a held lock; absent: LOCKED at once'),
      minimum: 0,
      maximum: 86_400_000,
    },
    {
      ...option('LEASE', 'leaseMs', 'integer', 'milliseconds the lock is held at most; default 30000'),
      minimum: 1,
      maximum: 86_400_000,
    },
    {
      ...option(
        'WAITERS',
        'maxWaiters',
        'integer',
        "BUSY when so many wait already; the server's max-waiters holds in any case",
      ),
      minimum: 1,
    },
    flag('CREATE', 'create', 'reserve the id when there is no session yet'),
    flag('DATA', 'withData', 'answer the data, too'),
    flag('BIND', 'bind', 'free the lock when this connection closes'),
    flag('ASYNC', 'async', 'answer a ticket at once and push the grant (RESP3)'),
    option('NOTE', 'note', 'text', 'who holds it: host, process, URL; shown by LOCKS'),
  ],
  reply: {
    type: 'oneOf',
    of: [
      { type: 'integer' },
      { type: 'tuple', items: [{ type: 'integer' }, { type: 'oneOf', of: [{ type: 'bytes' }, { type: 'null' }] }] },
    ],
  },
  errors: ['NOSESSION', 'LOCKED', 'BUSY'],
  complexity: 'O(1)',
  example: { request: 'SLOCK visit-1 WAIT 5000 BIND DATA', reply: '1764000000000001 "a:0:{}"' },
});
