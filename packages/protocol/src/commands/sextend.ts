import { defineCommand } from '../command-spec.js';
import { option, positional, session } from './arguments.js';

export const sextendCommand = defineCommand({
  name: 'SEXTEND',
  group: 'locks',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Holds a lock longer: its lease ends this many milliseconds from now.',
  flags: ['write', 'idempotent'],
  arguments: [
    session,
    { ...positional('key', 'integer', 'what SLOCK answered'), minimum: 0 },
    {
      ...option('LEASE', 'leaseMs', 'integer', 'milliseconds from now'),
      required: true,
      minimum: 1,
      maximum: 86_400_000,
    },
  ],
  reply: { type: 'integer' },
  errors: ['NOWLOCK', 'NOSESSION'],
  complexity: 'O(1)',
  example: { request: 'SEXTEND visit-1 1764000000000001 LEASE 60000', reply: '1' },
});
