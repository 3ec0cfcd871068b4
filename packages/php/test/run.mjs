// Runs the PHPUnit suite against the daemon of this workspace: starts it on a free port, waits for its ready line, and
// ends it whatever happens. With MSESSION_TEST_URL set, that server is used and none is started.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startDaemon } from './daemon.mjs';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** @returns {number | null} what is missing is named, since a skipped suite looks like a passed one */
function checkTools() {
  const missing = ['php', 'phpunit'].filter(
    (tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error !== undefined,
  );
  if (missing.length === 0) return null;
  process.stderr.write(`missing: ${missing.join(', ')}; on Debian: apt-get install ${debianPackages.join(' ')}\n`);
  return 1;
}

const debianPackages = [
  'php-cli',
  'php-fpm',
  'php-xml',
  'php-mbstring',
  'php-curl',
  'phpunit',
  'nginx-light',
  'openssl',
  'php-psr-log',
  'php-symfony-http-foundation',
  'php-symfony-dependency-injection',
  'php-symfony-http-kernel',
  'php-illuminate-session',
  'php-illuminate-container',
];

function runPhpunit(url) {
  mkdirSync(`${packageFolder}reports`, { recursive: true });
  const phpunit = ['/usr/bin/phpunit', '/usr/local/bin/phpunit'].find((path) => existsSync(path)) ?? 'phpunit';
  const child = spawn(
    'php',
    // --stderr keeps standard output empty, so that sessions can be started inside tests
    [phpunit, '--stderr', '--log-junit', 'reports/junit.xml', ...process.argv.slice(2)],
    { cwd: packageFolder, stdio: 'inherit', env: { ...process.env, MSESSION_TEST_URL: url } },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}

async function main() {
  const missing = checkTools();
  if (missing !== null) return missing;
  if (process.env.MSESSION_TEST_URL) return runPhpunit(process.env.MSESSION_TEST_URL);
  const plugin = fileURLToPath(new URL('plugin.mjs', import.meta.url));
  const daemon = await startDaemon(['--log-level', 'silent', '--plugin', plugin]);
  try {
    return await runPhpunit(`tcp://${daemon.address}`);
  } finally {
    await daemon.stop();
  }
}

process.exitCode = await main();
