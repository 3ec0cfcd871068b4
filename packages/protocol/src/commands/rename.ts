import { defineCommand } from '../command-spec.js';
import { newSession, session } from './arguments.js';

export const renameCommand = defineCommand({
  name: 'RENAME',
  group: 'sessions',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Gives a session a new id, with everything it has, in one step.',
  details:
    'Data, variables, lock, lease, binding and sub-sessions move. Those who wait on the old id get NOSESSION. A sub-session stays a sub-session of its parent. Renaming to itself is OK.',
  origin: "MCache's RENAME",
  flags: ['write'],
  arguments: [session, newSession],
  reply: { type: 'ok' },
  errors: ['NOSESSION', 'DUPSESSION'],
  complexity: 'O(1) and O(s) for s sub-sessions',
  example: { request: 'RENAME visit-1 visit-2', reply: 'OK' },
});
