// A reporter for vitest: errors that belong to no test fail a run, yet its JSON report says nothing of them. What they
// were is left beside it, that the end of a long run can name them.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Name of what it leaves. */
export const strayErrorsReport = 'stray-errors.json';

/** @typedef {{ file: string, test: string, message: string, stack: string }} StrayError `test` ran when it happened */

/** @param {string} [folder] of the reports, from where the run began */
export function strayErrorsReporter(folder = 'reports') {
  return {
    /**
     * @param {readonly unknown[]} _modules
     * @param {readonly import('vitest').SerializedError[]} errors
     */
    onTestRunEnd(_modules, errors) {
      if (errors.length === 0) return;
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, strayErrorsReport), JSON.stringify(errors.map(strayError), undefined, 2));
    },
  };
}

/** @param {import('vitest').SerializedError} error @returns {StrayError} */
function strayError({ name, message, stack, cause, ...more }) {
  const causes = cause === undefined ? '' : `; caused by ${cause.message}`;
  return {
    file: String(more.VITEST_TEST_PATH ?? ''),
    test: String(more.VITEST_TEST_NAME ?? ''),
    message: `${name ?? 'Error'}: ${message}${causes}`,
    stack: stack ?? '',
  };
}
