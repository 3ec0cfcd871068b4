import { defineCommand } from '../command-spec.js';
import { session } from './arguments.js';

export const ctlCommand = defineCommand({
  name: 'CTL',
  group: 'sessions',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'One fact about a session.',
  details:
    "EXIST: 1 or 0. TTL: seconds left, -1 when it never expires. AGE: seconds since it was made. TLA: seconds since the last access. CTIME: when it was made, seconds since 1970. TOUCH: renews its life, answers 1. NOW: the server's clock, seconds since 1970. REV: revision of the data, 0 when there is none. LOCK: milliseconds left of the lease, 0 when free. All but TOUCH leave the life of the session as it is.",
  origin: 'CTL; msession_ctl()',
  flags: ['read', 'idempotent'],
  arguments: [
    session,
    {
      kind: 'word',
      name: 'what',
      words: ['EXIST', 'TTL', 'AGE', 'TLA', 'CTIME', 'TOUCH', 'NOW', 'REV', 'LOCK'],
      summary: 'which fact',
    },
  ],
  reply: { type: 'integer' },
  errors: ['NOSESSION'],
  complexity: 'O(1)',
  example: { request: 'CTL visit-1 EXIST', reply: '1' },
});
