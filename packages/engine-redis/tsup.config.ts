import { msessionPackage } from '../../tsup.preset.js';

export default msessionPackage({ index: 'src/index.ts' });
