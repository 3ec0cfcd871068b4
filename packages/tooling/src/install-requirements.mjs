// Installs Debian packages without starting the services they bring: a redis-server or nginx that the package
// manager starts would sit on the fixed ports of the machine, and the tests start their own on free ones.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const policyFile = '/usr/sbin/policy-rc.d';

/** Whether packages can be installed from here: Debian or a relative, and the rights to do it. */
export function canInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/**
 * @param {readonly string[]} packages
 * @returns {{ isDone: boolean, output: string }}
 */
export function installDebianPackages(packages) {
  const isPolicyOurs = !existsSync(policyFile);
  if (isPolicyOurs) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const update = apt(['update']);
    if (!update.isDone) return update;
    return apt(['install', '-y', '--no-install-recommends', ...packages]);
  } finally {
    if (isPolicyOurs) rmSync(policyFile, { force: true });
  }
}

/** @param {readonly string[]} words */
function apt(words) {
  const result = spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...words], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { isDone: result.status === 0, output: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}
