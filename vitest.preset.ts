// The one test preset: packages of the workspace resolve to their sources, so a test never sees a stale build,
// and every run leaves a JSON report from which the closing line of CI is counted.
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { strayErrorsReporter } from './packages/tooling/src/stray-errors-reporter.mjs';

const base = JSON.parse(readFileSync(new URL('./tsconfig.base.json', import.meta.url), 'utf8')) as {
  compilerOptions: { paths: Record<string, [string]> };
};

export function msessionTests(overrides: { testTimeout?: number; include?: string[]; maxWorkers?: number } = {}) {
  return defineConfig({
    resolve: {
      alias: Object.entries(base.compilerOptions.paths).map(([name, [source]]) => ({
        find: new RegExp(`^${name}$`),
        replacement: new URL(source, import.meta.url).pathname,
      })),
    },
    test: {
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      // generous: a slow machine is no failure, and a hung test still ends
      testTimeout: 120_000,
      hookTimeout: 120_000,
      maxWorkers: 2,
      reporters: ['default', 'json', strayErrorsReporter()],
      outputFile: { json: 'reports/vitest.json' },
      ...overrides,
    },
  });
}
