import { msessionPackage } from '../../tsup.preset.js';

// without splitting: splitting turns the `import()` that loads plugins into `require`, which takes no ES modules
export default msessionPackage({ index: 'src/index.ts', 'demo-plugin': 'src/demo-plugin.ts' }, { splitting: false });
