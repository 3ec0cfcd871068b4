import { defineCommand } from '../command-spec.js';
import { positional } from './arguments.js';

export const echoCommand = defineCommand({
  name: 'ECHO',
  group: 'connection',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Answers what it was given.',
  origin: 'Redis',
  flags: ['connection', 'idempotent'],
  arguments: [positional('message', 'bytes', 'to be answered')],
  reply: { type: 'bytes' },
  errors: [],
  example: { request: 'ECHO hi', reply: '"hi"' },
});
