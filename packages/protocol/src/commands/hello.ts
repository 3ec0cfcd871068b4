import { defineCommand } from '../command-spec.js';
import { optional } from './arguments.js';

export const helloCommand = defineCommand({
  name: 'HELLO',
  group: 'connection',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Chooses the protocol version, gives a password and a name, and learns about the server.',
  origin: 'Redis',
  flags: ['connection', 'beforeAuth'],
  arguments: [
    { ...optional('protocolVersion', 'integer', '2 or 3'), minimum: 0 },
    { kind: 'rest', name: 'options', type: 'text', minimum: 0, summary: 'AUTH user password; SETNAME name' },
  ],
  reply: {
    type: 'record',
    fields: {
      server: { type: 'text' },
      version: { type: 'text' },
      proto: { type: 'integer' },
      id: { type: 'integer' },
      mode: { type: 'text' },
      role: { type: 'text' },
      modules: { type: 'array', items: { type: 'any' } },
    },
  },
  errors: ['NOPROTO', 'WRONGPASS', 'NOAUTH', 'BUSY'],
  example: { request: 'HELLO 3', reply: '"server" "msession" ...' },
});
