import { defineCommand } from '../command-spec.js';

export const eventsCommand = defineCommand({
  name: 'EVENTS',
  group: 'server',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Turns push messages about sessions on or off for this connection (RESP3).',
  details: 'Pushes `[event, name, id, atMs]`, with DATA a fifth item: the data the session had, or null.',
  flags: ['read'],
  arguments: [
    { kind: 'word', name: 'state', words: ['ON', 'OFF'], summary: 'on or off' },
    {
      kind: 'rest',
      name: 'names',
      type: 'text',
      minimum: 0,
      summary: 'created destroyed expired evicted renamed locked unlocked; none: all. DATA: send the data, too (admin)',
    },
  ],
  reply: { type: 'ok' },
  errors: ['NOPERM'],
  example: { request: 'EVENTS ON expired destroyed', reply: 'OK' },
});
