import { defineCommand } from '../command-spec.js';
import { newSession, session } from './arguments.js';

export const copyCommand = defineCommand({
  name: 'COPY',
  group: 'sessions',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Makes a second session with the same data, class, variables and timeout; without lock and sub-sessions.',
  flags: ['write'],
  arguments: [session, newSession],
  reply: { type: 'ok' },
  errors: ['NOSESSION', 'DUPSESSION', 'OOM'],
  complexity: 'O(n) for n bytes',
  example: { request: 'COPY visit-1 visit-2', reply: 'OK' },
});
