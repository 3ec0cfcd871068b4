// The one build preset. A package's tsup.config.ts names its entries; everything else is the same everywhere:
// ESM and CommonJS with a declaration file each, so that `import` and `require` both find types.
import { defineConfig, type Options } from 'tsup';

export function msessionPackage(entry: Record<string, string>, overrides: Options = {}) {
  return defineConfig({
    entry,
    format: ['esm', 'cjs'],
    target: 'node20',
    platform: 'node',
    clean: true,
    splitting: true,
    sourcemap: true,
    shims: true,
    dts: { compilerOptions: { composite: false, incremental: false, emitDeclarationOnly: false, paths: {} } },
    ...overrides,
  });
}
