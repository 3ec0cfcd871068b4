// Where the workspace is and what it consists of, read from the root package.json and nowhere else.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the root package.json. */
export const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * @typedef {object} WorkspacePackage
 * @property {string} name
 * @property {string} folder relative to the root, with forward slashes
 * @property {boolean} isPrivate
 * @property {Record<string, string>} scripts
 * @property {Record<string, unknown>} exports
 * @property {Record<string, string>} bin
 * @property {Record<string, string>} peerDependencies
 */

/**
 * All packages of a workspace, in the order of its patterns and then by name.
 * @param {string} [root]
 * @returns {WorkspacePackage[]}
 */
export function listPackages(root = workspaceRoot) {
  /** @type {{ workspaces: string[] }} */
  const manifest = readJson(path.join(root, 'package.json'));
  return manifest.workspaces
    .flatMap((pattern) => {
      if (!pattern.endsWith('/*')) return [pattern];
      const parent = pattern.slice(0, -2);
      return readdirSync(path.join(root, parent))
        .sort()
        .map((name) => `${parent}/${name}`);
    })
    .filter((folder) => existsSync(path.join(root, folder, 'package.json')))
    .map((folder) => {
      const own = readJson(path.join(root, folder, 'package.json'));
      return {
        name: own.name,
        folder,
        isPrivate: own.private === true,
        scripts: own.scripts ?? {},
        exports: own.exports ?? {},
        bin: own.bin ?? {},
        peerDependencies: own.peerDependencies ?? {},
      };
    });
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
