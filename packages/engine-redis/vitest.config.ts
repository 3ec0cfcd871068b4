import { msessionTests } from '../../vitest.preset.js';

export default msessionTests();
