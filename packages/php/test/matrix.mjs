// Runs the suite, all but its process tests, on every PHP this package promises to run on. The PHPs are WebAssembly
// builds whose sockets work; they and the Node they need are large, so they are fetched into a cache folder outside the
// repository when this runs, never by npm ci. Writes docs/php-matrix.md.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startDaemon } from './daemon.mjs';

const versions = ['7.4', '8.0', '8.3', '8.4', '8.5'];
const tools = ['@php-wasm/cli@3.1.56', 'node@24.21.0'];
const suites = 'unit,server';
const cacheFolder = process.env.PHP_MATRIX_CACHE ?? `${tmpdir()}/msession-php-matrix`;
const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const reportFile = fileURLToPath(new URL('../../../docs/php-matrix.md', import.meta.url));

function fetchTools() {
  if (existsSync(`${cacheFolder}/node_modules/@php-wasm/cli/php-wasm.js`) && existsSync(nodeFile())) return;
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(`${cacheFolder}/package.json`, '{"private":true}\n');
  process.stdout.write(`fetching ${tools.join(', ')} into ${cacheFolder} (about 600 MB)\n`);
  const result = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tools], {
    cwd: cacheFolder,
    stdio: 'inherit',
  });
  if (result.status !== 0) throw new Error('npm could not fetch the PHPs; see above');
}

const nodeFile = () => `${cacheFolder}/node_modules/node/bin/node`;

/** Settings in front of PHPUnit: it says much on PHPs younger than itself, and output would end the tests' sessions. */
const php = (version, script, options) => ({
  command: nodeFile(),
  args: [
    `${cacheFolder}/node_modules/@php-wasm/cli/php-wasm.js`,
    '-d',
    'include_path=.:/usr/share/php',
    '-d',
    'memory_limit=512M',
    '-d',
    'error_reporting=0',
    '-d',
    'display_errors=stderr',
    ...script,
  ],
  options: { ...options, env: { ...process.env, PHP: version, ...options.env } },
});

function runSuite(version, url) {
  const junit = `${cacheFolder}/junit-${version}.xml`;
  rmSync(junit, { force: true });
  const { command, args, options } = php(
    version,
    ['/usr/bin/phpunit', '--stderr', '--testsuite', suites, '--log-junit', junit],
    { cwd: packageFolder, stdio: 'inherit', env: { MSESSION_TEST_URL: url } },
  );
  return new Promise((resolve) => {
    spawn(command, args, options).on('close', (code) => resolve({ version, code, ...counts(junit) }));
  });
}

function counts(junit) {
  if (!existsSync(junit)) return { tests: 0, assertions: 0, broken: 1 };
  const attributes = /<testsuite ([^>]*)>/.exec(readFileSync(junit, 'utf8'))?.[1] ?? '';
  const read = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0);
  return {
    tests: read('tests'),
    assertions: read('assertions'),
    broken: read('errors') + read('failures') + read('skipped'),
  };
}

function fullVersion(version) {
  const { command, args, options } = php(version, ['-r', 'echo PHP_VERSION, " ", 8 * PHP_INT_SIZE, " bit";'], {
    encoding: 'utf8',
  });
  return spawnSync(command, args, options).stdout.trim();
}

function report(results) {
  const rows = results.map(
    (row) =>
      `| ${row.full} | ${row.tests} | ${row.assertions} | ${row.broken === 0 && row.code === 0 ? 'all passed' : `${row.broken} failed`} |`,
  );
  return `# The PHP package on every PHP it promises

The last run of \`npm run test:php-matrix\`, ${new Date().toISOString().slice(0, 10)}: the suites \`${suites.replace(',', '` and `')}\` of
\`packages/php\` (the wire's vectors, the functions, the object API, the save handler against PHP's own handlers, sub-sessions)
against the daemon of this workspace, on WebAssembly builds of PHP (${tools[0]}) with real sockets. Process tests
(\`php -S\`, php-fpm, forks, kills) run on Debian's PHP in \`npm test\`.

| PHP | tests | assertions | result |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

async function main() {
  fetchTools();
  const daemon = await startDaemon([
    '--log-level',
    'silent',
    '--plugin',
    fileURLToPath(new URL('plugin.mjs', import.meta.url)),
  ]);
  const results = [];
  try {
    for (const version of versions) {
      process.stdout.write(`\n== PHP ${version}\n`);
      results.push({ ...(await runSuite(version, `tcp://${daemon.address}`)), full: fullVersion(version) });
    }
  } finally {
    await daemon.stop();
  }
  writeFileSync(reportFile, report(results));
  return results.every((row) => row.code === 0) ? 0 : 1;
}

process.exitCode = await main();
