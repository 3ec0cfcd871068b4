// What the tests need besides Node: real PHP, real Redis, real memcached, a real web server. Each requirement says how
// to see that it is there and which Debian package brings it. Nothing is skipped because something is missing.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} Machine what can be asked of a machine; tests bring their own
 * @property {(program: RegExp) => boolean} hasProgram
 * @property {() => ReadonlySet<string>} phpModules lower case; empty without PHP
 * @property {(folder: string) => boolean} hasPhpLibrary a folder of Debian's PHP libraries
 */

/**
 * @typedef {object} Requirement
 * @property {string} what
 * @property {string} debianPackage
 * @property {(machine: Machine) => boolean} isMet
 */

/** @param {string} name @param {string} debianPackage @returns {Requirement} */
const program = (name, debianPackage) => ({
  what: name,
  debianPackage,
  isMet: (machine) => machine.hasProgram(new RegExp(`^${name}$`)),
});

/** @param {string} name @param {string} debianPackage @returns {Requirement} */
const phpModule = (name, debianPackage) => ({
  what: `PHP extension ${name}`,
  debianPackage,
  isMet: (machine) => machine.phpModules().has(name),
});

/** @param {string} folder @param {string} debianPackage @returns {Requirement} */
const phpLibrary = (folder, debianPackage) => ({
  what: `PHP library ${folder}`,
  debianPackage,
  isMet: (machine) => machine.hasPhpLibrary(folder),
});

/** @type {readonly Requirement[]} */
export const requirements = [
  program('php', 'php-cli'),
  { what: 'php-fpm', debianPackage: 'php-fpm', isMet: (machine) => machine.hasProgram(/^php-fpm[0-9.]*$/) },
  phpModule('redis', 'php-redis'),
  phpModule('memcached', 'php-memcached'),
  phpModule('curl', 'php-curl'),
  phpModule('mbstring', 'php-mbstring'),
  phpModule('dom', 'php-xml'),
  program('phpunit', 'phpunit'),
  program('redis-server', 'redis-server'),
  program('redis-cli', 'redis-tools'),
  program('redis-benchmark', 'redis-tools'),
  program('memcached', 'memcached'),
  program('nginx', 'nginx-light'),
  program('openssl', 'openssl'),
  program('faketime', 'faketime'),
  program('chromium', 'chromium'),
  // the frameworks that packages/php has bridges for
  phpLibrary('Psr/Log', 'php-psr-log'),
  phpLibrary('Symfony/Component/HttpFoundation', 'php-symfony-http-foundation'),
  phpLibrary('Symfony/Component/DependencyInjection', 'php-symfony-dependency-injection'),
  phpLibrary('Symfony/Component/HttpKernel', 'php-symfony-http-kernel'),
  phpLibrary('Illuminate/Session', 'php-illuminate-session'),
  phpLibrary('Illuminate/Container', 'php-illuminate-container'),
];

/**
 * @param {Machine} machine
 * @returns {Requirement[]}
 */
export function missingRequirements(machine) {
  return requirements.filter((requirement) => !requirement.isMet(machine));
}

/**
 * The Debian packages for some requirements, each once.
 * @param {readonly Requirement[]} missing
 */
export function debianPackages(missing) {
  return [...new Set(missing.map((requirement) => requirement.debianPackage))];
}

/** @param {readonly Requirement[]} missing */
export function installLine(missing) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${debianPackages(missing).join(' ')}`;
}

/**
 * The machine this process runs on. Daemons live in sbin, which is not on everybody's PATH.
 * @returns {Machine}
 */
export function thisMachine() {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  const programs = new Set(folders.flatMap(executablesIn));
  return {
    hasProgram: (name) => [...programs].some((candidate) => name.test(candidate)),
    phpModules: () => {
      const result = spawnSync('php', ['-m'], { encoding: 'utf8' });
      return new Set((result.stdout ?? '').toLowerCase().split(/\r?\n/));
    },
    hasPhpLibrary: (folder) => existsSync(path.join('/usr/share/php', folder)),
  };
}

/** @param {string} folder */
function executablesIn(folder) {
  try {
    return readdirSync(folder).filter((name) => {
      try {
        accessSync(path.join(folder, name), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  } catch {
    return [];
  }
}
