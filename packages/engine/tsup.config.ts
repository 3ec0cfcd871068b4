import { msessionPackage } from '../../tsup.preset.js';

export default msessionPackage({
  index: 'src/index.ts',
  'shared/index': 'src/shared/index.ts',
  'conformance/index': 'src/conformance/index.ts',
  // the thread that writes to disk; found beside the file that starts it
  'store-worker': 'src/embedded/store/store-worker.ts',
});
