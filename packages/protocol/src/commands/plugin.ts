import { defineCommand } from '../command-spec.js';
import { optional, positional, session } from './arguments.js';

export const pluginCommand = defineCommand({
  name: 'PLUGIN',
  group: 'plugins',
  since: '0.1.0',
  handledBy: 'server',
  summary: "Calls the personality plugin's escape for a session.",
  origin: 'PLUGIN; msession_plugin()',
  flags: ['write'],
  arguments: [
    session,
    positional('value', 'bytes', 'what the plugin is given'),
    optional('parameter', 'bytes', 'a second value'),
  ],
  reply: { type: 'oneOf', of: [{ type: 'bytes' }, { type: 'null' }] },
  errors: ['NOFN', 'PLUGIN', 'NOSESSION'],
  example: { request: 'PLUGIN visit-1 greet', reply: '"hello"' },
});
