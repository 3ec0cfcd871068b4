import { defineCommand } from '../command-spec.js';
import { optional } from './arguments.js';

export const pingCommand = defineCommand({
  name: 'PING',
  group: 'connection',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Answers PONG, or what it was given.',
  origin: 'Redis',
  flags: ['connection', 'idempotent'],
  arguments: [optional('message', 'bytes', 'to be answered')],
  reply: { type: 'oneOf', of: [{ type: 'text' }, { type: 'bytes' }] },
  errors: [],
  example: { request: 'PING', reply: 'PONG' },
});
