import { msessionPackage } from '../../tsup.preset.js';

export default msessionPackage({ index: 'src/index.ts', 'demo-plugin': 'src/demo-plugin.ts' });
