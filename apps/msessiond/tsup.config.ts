import { msessionPackage } from '../../tsup.preset.js';

// Programs, not a library: nobody imports them, so there is one format and no declarations.
export default msessionPackage(
  { msessiond: 'src/msessiond.ts', msession: 'src/msession.ts' },
  { format: ['esm'], dts: false },
);
