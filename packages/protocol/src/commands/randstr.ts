import { defineCommand } from '../command-spec.js';
import { positional } from './arguments.js';

export const randstrCommand = defineCommand({
  name: 'RANDSTR',
  group: 'sessions',
  since: '0.1.0',
  handledBy: 'engine',
  summary: 'Random letters and digits from a CSPRNG that never blocks.',
  origin: 'RANDSTR; msession_randstr()',
  flags: ['read'],
  arguments: [{ ...positional('length', 'integer', 'how many'), minimum: 1, maximum: 65_536 }],
  reply: { type: 'bytes' },
  errors: [],
  complexity: 'O(n)',
  example: { request: 'RANDSTR 8', reply: '"a81Kd0Zq"' },
});
