// The package as it is shipped, built from the present sources into a folder of its own, and programs that use it in a
// process of their own: the synchronous functions block their thread, and both module systems must find the worker.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

export interface BuiltPackage {
  /** Runs a program in which `facade` is the synchronous entry; answers what it prints, and its exit code. */
  run(format: 'esm' | 'cjs', program: string, env?: Record<string, string>): Promise<ProgramResult>;
  remove(): void;
}

export interface ProgramResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

export async function buildPackage(): Promise<BuiltPackage> {
  const folder = mkdtempSync(join(tmpdir(), 'msession-facade-'));
  await build({
    config: false,
    entry: { sync: join(packageFolder, 'src/sync.ts'), 'sync-worker': join(packageFolder, 'src/sync-worker.ts') },
    outDir: join(folder, 'dist'),
    tsconfig: join(packageFolder, 'tsconfig.json'),
    format: ['esm', 'cjs'],
    target: 'node20',
    platform: 'node',
    splitting: true,
    shims: true,
    // the sources of the workspace, so that no earlier build is tested
    noExternal: [/^@msession\//],
    silent: true,
  });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  let programs = 0;
  return {
    run: (format, program, env = {}) => {
      const file = join(folder, `program-${++programs}.${format === 'esm' ? 'mjs' : 'cjs'}`);
      const load =
        format === 'esm' ? "import * as facade from './dist/sync.js';" : "const facade = require('./dist/sync.cjs');";
      writeFileSync(file, `${load}\n${program}`);
      return new Promise((resolve) => {
        execFile(
          process.execPath,
          [file],
          { env: { ...process.env, ...env }, timeout: 60_000 },
          (error, output, errors) =>
            resolve({
              exitCode: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
              output,
              errors,
            }),
        );
      });
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
