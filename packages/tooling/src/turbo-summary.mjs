// Which tasks of the last `turbo run … --summarize` failed.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from './workspace.mjs';

/** @param {string} root */
const runsOf = (root) => path.join(root, '.turbo', 'runs');

/** Takes the summaries of earlier runs away. */
export function clearRuns(root = workspaceRoot) {
  rmSync(runsOf(root), { recursive: true, force: true });
}

/**
 * The packages whose task of this name did not exit with 0.
 * @param {string} task
 * @param {string} [root]
 * @returns {string[]}
 */
export function failedTasks(task, root = workspaceRoot) {
  const folder = runsOf(root);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')).tasks)
    .filter((one) => one.task === task && (one.execution?.exitCode ?? 0) !== 0)
    .map((one) => one.package);
}
