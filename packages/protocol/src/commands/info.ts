import { defineCommand } from '../command-spec.js';

export const infoCommand = defineCommand({
  name: 'INFO',
  group: 'server',
  since: '0.1.0',
  handledBy: 'server',
  summary: 'Facts and figures about the server, by section.',
  origin: 'Redis',
  flags: ['admin', 'idempotent'],
  arguments: [
    {
      kind: 'rest',
      name: 'sections',
      type: 'text',
      minimum: 0,
      summary:
        'server clients memory persistence stats locks plugins commandstats latencystats keyspace; none: all but commandstats and latencystats',
    },
  ],
  reply: { type: 'text' },
  errors: [],
  example: { request: 'INFO server', reply: '# Server ...' },
});
