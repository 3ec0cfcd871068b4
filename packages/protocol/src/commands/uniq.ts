import { defineCommand } from '../command-spec.js';
import { classOption, dataOption, positional, timeoutOption } from './arguments.js';

export const uniqCommand = defineCommand({
  name: 'UNIQ',
  group: 'sessions',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Makes a session under a fresh random id and answers the id.',
  details:
    'Letters and digits from a CSPRNG that never blocks; unique on the server. A length whose ids are all taken is ERR.',
  origin: 'UNIQ; msession_uniq()',
  flags: ['write'],
  arguments: [
    { ...positional('length', 'integer', 'length of the id'), minimum: 1, maximum: 255 },
    classOption,
    dataOption,
    timeoutOption,
  ],
  reply: { type: 'bytes' },
  errors: ['OOM'],
  complexity: 'O(1)',
  example: { request: 'UNIQ 32', reply: '"k3J...9x"' },
});
