import { defineCommand } from '../command-spec.js';
import { positional } from './arguments.js';

export const callCommand = defineCommand({
  name: 'CALL',
  group: 'plugins',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Calls a function that a plugin offers.',
  origin: 'CALL; msession_call()',
  flags: ['write'],
  arguments: [
    positional('function', 'text', 'its name'),
    { kind: 'rest', name: 'parameters', type: 'bytes', minimum: 0, summary: 'what it is given' },
  ],
  reply: { type: 'oneOf', of: [{ type: 'bytes' }, { type: 'null' }] },
  errors: ['NOFN', 'PLUGIN'],
  example: { request: 'CALL uptime', reply: '"42"' },
});
