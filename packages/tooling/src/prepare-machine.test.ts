import { describe, expect, test } from 'vitest';
import type { Machine } from './machine-requirements.mjs';
import { prepareMachine } from './prepare-machine.mjs';

const allPrograms = [
  ...[
    'php',
    'php-fpm8.2',
    'phpunit',
    'redis-server',
    'redis-cli',
    'redis-benchmark',
    'memcached',
    'nginx',
    'openssl',
    'faketime',
    'chromium',
  ],
];
const allModules = ['redis', 'memcached', 'curl', 'mbstring', 'dom'];

function machine(programs: readonly string[], modules: readonly string[]): Machine {
  return {
    hasProgram: (name) => programs.some((one) => name.test(one)),
    phpModules: () => new Set(modules),
    hasPhpLibrary: () => true,
  };
}

function prepare(options: { before: Machine; after?: Machine; mayInstall: boolean; succeeds?: boolean }) {
  const installed: string[][] = [];
  const lines: string[] = [];
  let now = options.before;
  const isReady = prepareMachine({
    look: () => now,
    canInstall: () => options.mayInstall,
    install: (packages) => {
      installed.push([...packages]);
      now = options.after ?? now;
      return { isDone: options.succeeds ?? true, output: 'apt said this' };
    },
    print: (line) => lines.push(line),
  });
  return { isReady, installed, text: lines.join('\n') };
}

const complete = machine(allPrograms, allModules);

describe('before the tests', () => {
  test('a complete machine is left alone, without a word', () => {
    expect(prepare({ before: complete, mayInstall: true })).toEqual({ isReady: true, installed: [], text: '' });
  });

  test('what is missing is installed where we may, each package once', () => {
    const before = machine(
      allPrograms.filter((one) => !one.startsWith('redis-')),
      [],
    );
    const { isReady, installed } = prepare({ before, after: complete, mayInstall: true });
    expect(isReady).toBe(true);
    expect(installed).toEqual([
      ['php-redis', 'php-memcached', 'php-curl', 'php-mbstring', 'php-xml', 'redis-server', 'redis-tools'],
    ]);
  });

  test('without the rights to install, the exact line to type is printed and nothing runs', () => {
    const before = machine(
      allPrograms.filter((one) => one !== 'nginx'),
      allModules,
    );
    const { isReady, installed, text } = prepare({ before, mayInstall: false });
    expect(isReady).toBe(false);
    expect(installed).toEqual([]);
    expect(text).toContain('nginx');
    expect(text).toContain('sudo apt-get update && sudo apt-get install -y --no-install-recommends nginx-light');
  });

  test('an installation that fails is told with what the package manager said', () => {
    const { isReady, text } = prepare({ before: machine([], []), mayInstall: true, succeeds: false });
    expect(isReady).toBe(false);
    expect(text).toContain('apt said this');
    expect(text).toContain('php-cli php-fpm');
  });

  test('an installation that brings too little is told, too', () => {
    const before = machine([], []);
    const { isReady, text } = prepare({ before, after: machine(allPrograms, []), mayInstall: true });
    expect(isReady).toBe(false);
    expect(text).toContain('Still missing after the installation: PHP extension redis');
  });
});
