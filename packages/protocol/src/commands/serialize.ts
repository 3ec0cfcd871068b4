import { defineCommand } from '../command-spec.js';

export const serializeCommand = defineCommand({
  name: 'SERIALIZE',
  group: 'server',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Makes everything durable now.',
  origin: 'SERIALIZE',
  flags: ['admin', 'idempotent'],
  arguments: [],
  reply: { type: 'ok' },
  errors: ['UNAVAILABLE'],
  example: { request: 'SERIALIZE', reply: 'OK' },
});
