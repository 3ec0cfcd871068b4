import { defineCommand } from '../command-spec.js';
import { session } from './arguments.js';

export const getobjectCommand = defineCommand({
  name: 'GETOBJECT',
  group: 'data',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Class, data, revision and variables of a session in one reply.',
  origin: "MCache's GETOBJECT; msession_get_object()",
  flags: ['read', 'idempotent'],
  arguments: [session],
  reply: {
    type: 'record',
    fields: {
      class: { type: 'bytes' },
      data: { type: 'oneOf', of: [{ type: 'bytes' }, { type: 'null' }] },
      rev: { type: 'integer' },
      vars: { type: 'map', keys: 'text', values: { type: 'bytes' } },
    },
  },
  errors: ['NOSESSION'],
  complexity: 'O(n) for n bytes',
  example: {
    request: 'GETOBJECT visit-1',
    reply: '"class" "shop" "data" "a:0:{}" "rev" 1764000000000000 "vars" [...]',
  },
});
