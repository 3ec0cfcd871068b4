import { msessionPackage } from '../../tsup.preset.js';

export default msessionPackage({ index: 'src/index.ts', 'conformance/index': 'src/conformance/index.ts' });
