import { defineCommand } from '../command-spec.js';
import { optional, positional } from './arguments.js';

export const authCommand = defineCommand({
  name: 'AUTH',
  group: 'connection',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Gives user and password, or the password alone.',
  origin: 'Redis',
  flags: ['connection', 'beforeAuth'],
  arguments: [
    positional('userOrPassword', 'text', 'the user, or the password when it stands alone'),
    optional('password', 'text', 'the password'),
  ],
  reply: { type: 'ok' },
  errors: ['WRONGPASS', 'BUSY'],
  example: { request: 'AUTH secret', reply: 'OK' },
});
