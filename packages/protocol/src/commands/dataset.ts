import { defineCommand } from '../command-spec.js';
import {
  classOption,
  ifRevOption,
  keyOption,
  positional,
  session,
  timeoutOption,
  unsetOption,
  variablesOption,
} from './arguments.js';

export const datasetCommand = defineCommand({
  name: 'DATASET',
  group: 'data',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Writes data, class and variables of a session in one step; creates the session if there is none.',
  details:
    'Null where XX or NX forbids. IFREV on a missing session is STALE, except `IFREV 0`. NOSESSION only for a sub-session whose parent does not live.',
  origin: 'DATASET; msession_set_data()',
  flags: ['write'],
  arguments: [
    session,
    positional('data', 'bytes', 'the data'),
    classOption,
    variablesOption,
    unsetOption,
    timeoutOption,
    ifRevOption,
    keyOption,
    {
      kind: 'choice',
      name: 'condition',
      tokens: ['XX', 'NX'],
      summary: 'XX: only to a session that exists; NX: only if there is none',
    },
  ],
  reply: { type: 'oneOf', of: [{ type: 'ok' }, { type: 'null' }] },
  errors: ['STALE', 'NOWLOCK', 'NOSESSION', 'OOM'],
  complexity: 'O(n) for n bytes',
  example: { request: 'DATASET visit-1 "a:0:{}" TIMEOUT 1440', reply: 'OK' },
});
