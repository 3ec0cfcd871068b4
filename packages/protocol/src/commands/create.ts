import { defineCommand } from '../command-spec.js';
import { classOption, dataOption, session, timeoutOption } from './arguments.js';

export const createCommand = defineCommand({
  name: 'CREATE',
  group: 'sessions',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Makes a new session.',
  details: '`parent/sub` makes a sub-session; NOSESSION when the parent does not live.',
  origin: 'CREATE; msession_create()',
  flags: ['write'],
  arguments: [session, classOption, dataOption, timeoutOption],
  reply: { type: 'ok' },
  errors: ['DUPSESSION', 'NOSESSION', 'OOM'],
  complexity: 'O(1)',
  example: { request: 'CREATE visit-1 CLASS shop', reply: 'OK' },
});
