import { defineCommand } from '../command-spec.js';
import { option, session, timeoutOption } from './arguments.js';

export const subnewCommand = defineCommand({
  name: 'SUBNEW',
  group: 'sub-sessions',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Makes a sub-session and answers its id.',
  details:
    'The id is 40 hexadecimal characters; the sub-session is the session `id/sub`, on which every command works. It lives no longer than its parent.',
  origin: 'MasonX::Request::WithMultiSession: session(new), session(clone)',
  flags: ['write'],
  arguments: [
    session,
    option('CLONE', 'cloneOf', 'subId', 'copy data, class and variables of this sub-session'),
    timeoutOption,
  ],
  reply: { type: 'bytes' },
  errors: ['NOSESSION', 'OOM'],
  complexity: 'O(1), O(n) for n bytes with CLONE',
  example: { request: 'SUBNEW visit-1', reply: '"5f0c...e2"' },
});
