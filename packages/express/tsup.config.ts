import { msessionPackage } from '../../tsup.preset.js';

export default msessionPackage({ index: 'src/index.ts', fastify: 'src/fastify.ts' });
