import { existsSync } from 'node:fs';

/** Runs a built program, or says what to type when there is no build. @param {URL} program */
export async function launch(program) {
  if (existsSync(program)) {
    await import(program.href);
    return;
  }
  process.stderr.write('This checkout is not built yet. Type: npm run build\n');
  process.exitCode = 1;
}
