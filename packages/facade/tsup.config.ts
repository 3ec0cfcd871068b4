import { msessionPackage } from '../../tsup.preset.js';

export default msessionPackage({ index: 'src/index.ts', sync: 'src/sync.ts', 'sync-worker': 'src/sync-worker.ts' });
