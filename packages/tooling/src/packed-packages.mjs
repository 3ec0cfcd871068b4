// Publishes nothing, but tries what publishing would give: every public package is packed, the tarballs are installed
// together into an empty folder, and each entry of each exports map is imported and required from there.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listPackages, workspaceRoot } from './workspace.mjs';

/** @typedef {import('./workspace.mjs').WorkspacePackage} WorkspacePackage */

/**
 * @param {{ print: (line: string) => void }} options
 * @returns {boolean} whether everything installed, imported, required and started
 */
export function checkPackedPackages({ print }) {
  const packages = listPackages().filter((one) => !one.isPrivate);
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-packed-'));
  try {
    const tarballs = packages.map((one) => pack(one, folder));
    const app = path.join(folder, 'app');
    mkdirSync(app);
    writeFileSync(path.join(app, 'package.json'), '{ "name": "app", "version": "0.0.0", "private": true }\n');
    // what `npm ci` has fetched is in npm's cache; nothing newer is wanted
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'];
    npm(['install', ...flags, ...tarballs, ...peersOf(packages)], app);
    return packages.flatMap((one) => checksOf(one)).every(({ what, words }) => isGood(what, words, app, print));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What an application brings along: the peers that packages name. @param {WorkspacePackage[]} packages */
function peersOf(packages) {
  const peers = packages.flatMap((one) => Object.entries(one.peerDependencies));
  return [...new Set(peers.map(([name, range]) => `${name}@${range}`))];
}

/** @param {WorkspacePackage} one @param {string} destination */
function pack(one, destination) {
  const output = npm(
    ['pack', '--json', '--silent', '--pack-destination', destination],
    path.join(workspaceRoot, one.folder),
  );
  const parsed = JSON.parse(output);
  const [entry] = Array.isArray(parsed) ? parsed : Object.values(parsed);
  return path.join(destination, entry.filename);
}

/** @param {WorkspacePackage} one @returns {{ what: string, words: string[] }[]} */
function checksOf(one) {
  const entries = Object.keys(one.exports)
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry) => one.name + entry.slice(1));
  const hasNames = 'if (Object.keys(loaded).length === 0) throw new Error("exports nothing")';
  const imports = entries.flatMap((entry) => [
    {
      what: `import  ${entry}`,
      words: ['--input-type=module', '-e', `const loaded = await import('${entry}'); ${hasNames}; process.exit(0)`],
    },
    {
      what: `require ${entry}`,
      words: ['--input-type=commonjs', '-e', `const loaded = require('${entry}'); ${hasNames}; process.exit(0)`],
    },
  ]);
  const programs = Object.entries(one.bin).map(([name, file]) => ({
    what: `run     ${name} --version`,
    words: [path.join('node_modules', one.name, file), '--version'],
  }));
  return [...imports, ...programs];
}

/** @param {string} what @param {string[]} words @param {string} cwd @param {(line: string) => void} print */
function isGood(what, words, cwd, print) {
  try {
    execFileSync(process.execPath, words, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
    print(`good    ${what}`);
    return true;
  } catch (error) {
    print(`broken  ${what}`);
    print(String(/** @type {{ stderr?: Buffer }} */ (error).stderr ?? error).trimEnd());
    return false;
  }
}

/** @param {string[]} words @param {string} cwd */
function npm(words, cwd) {
  return execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
