import { defineCommand } from '../command-spec.js';
import {
  classOption,
  dataOption,
  ifRevOption,
  positional,
  session,
  timeoutOption,
  unsetOption,
  variablesOption,
} from './arguments.js';

export const sunlockCommand = defineCommand({
  name: 'SUNLOCK',
  group: 'locks',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Frees a lock; writes in the same step when told to.',
  details:
    'A stale key writes nothing. STALE and OOM keep the lock. Repeated with the key that was released last, and the same data, it answers 1 again.',
  origin: 'SUNLOCK; msession_unlock()',
  flags: ['write', 'idempotent'],
  arguments: [
    session,
    { ...positional('key', 'integer', 'what SLOCK answered'), minimum: 0 },
    dataOption,
    classOption,
    variablesOption,
    unsetOption,
    timeoutOption,
    ifRevOption,
  ],
  reply: { type: 'integer' },
  errors: ['NOWLOCK', 'NOSESSION', 'STALE', 'OOM'],
  complexity: 'O(n) for n bytes',
  example: { request: 'SUNLOCK visit-1 1764000000000001 DATA "a:0:{}"', reply: '1' },
});
