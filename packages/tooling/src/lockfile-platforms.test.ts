import { expect, test } from 'vitest';
import { addMissingPlatforms, type Lockfile, missingPlatforms, platformOf } from './lockfile-platforms.mjs';

test.each([
  ['@biomejs/cli-android-arm64', { os: ['android'], cpu: ['arm64'] }],
  ['@rollup/rollup-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
  ['@rollup/rollup-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'], libc: ['glibc'] }],
  ['@rollup/rollup-win32-x64-gnu', { os: ['win32'], cpu: ['x64'] }],
  ['@turbo/windows-64', { os: ['win32'], cpu: ['x64'] }],
])('%s names its platform', (name, platform) => {
  expect(platformOf(name)).toEqual(platform);
});

test('a name without a platform is an error that names it', () => {
  expect(() => platformOf('fsevents')).toThrow('fsevents');
});

test('what is missing is added as an optional package, what is there stays', () => {
  const lockfile: Lockfile = {
    packages: {
      '': {},
      'node_modules/tool': {
        version: '1.2.3',
        dev: true,
        optionalDependencies: { 'tool-linux-x64': '1.2.3', 'tool-darwin-arm64': '1.2.3' },
      },
      'node_modules/tool-linux-x64': { version: '1.2.3', optional: true },
    },
  };
  expect(addMissingPlatforms(lockfile)).toEqual(['tool-darwin-arm64']);
  expect(lockfile.packages['node_modules/tool-darwin-arm64']).toEqual({
    version: '1.2.3',
    os: ['darwin'],
    cpu: ['arm64'],
    dev: true,
    optional: true,
  });
  expect(missingPlatforms(lockfile)).toEqual([]);
  expect(addMissingPlatforms(lockfile)).toEqual([]);
});

test('a package beside the one that asks, or in a folder above it, is there', () => {
  const asking = { version: '1.0.0', optionalDependencies: { 'x-linux-x64': '1.0.0' } };
  const nested = 'node_modules/a/node_modules/b';
  for (const place of [`${nested}/node_modules/`, 'node_modules/a/node_modules/', 'node_modules/'])
    expect(missingPlatforms({ packages: { [nested]: asking, [`${place}x-linux-x64`]: {} } })).toEqual([]);
  expect(missingPlatforms({ packages: { [nested]: asking } })).toHaveLength(1);
});
