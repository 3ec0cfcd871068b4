import { defineCommand } from '../command-spec.js';

export const countCommand = defineCommand({
  name: 'COUNT',
  group: 'search',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'How many sessions live; sub-sessions and `globals` are not counted.',
  origin: 'COUNT; msession_count()',
  flags: ['read', 'idempotent'],
  arguments: [],
  reply: { type: 'integer' },
  errors: [],
  complexity: 'O(1)',
  example: { request: 'COUNT', reply: '2' },
});
