import { expect, test } from 'vitest';
import { findDownloadAddresses, findMachinePaths } from './repository-rules.mjs';

// put together here, or the check would find this file
const homePath = ['', 'home', 'ada', 'msession'].join('/');

test.each([`cd ${homePath}`, `"file": "${homePath}"`, `path=${homePath}/x`])(
  'finds a path of one machine in: %s',
  (line) => {
    expect(findMachinePaths('docs/a.md', `first\n${line}\nlast`)).toEqual([
      { file: 'docs/a.md', line: 2, what: expect.stringContaining(`a path of one machine: ${homePath.slice(0, 9)}`) },
    ]);
  },
);

test.each(['/usr/sbin/nginx', 'https://example.org/home/page', 'packages/work/src', '/tmp/x'])(
  'lets others be: %s',
  (line) => {
    expect(findMachinePaths('docs/a.md', line)).toEqual([]);
  },
);

test('finds download addresses in a lockfile, and lets integrity and funding be', () => {
  const lock = [
    '{ "a": { "resolved": "https://registry.example/a.tgz",',
    '  "integrity": "sha512-x", "funding": { "url": "https://example.org" } },',
    '  "b": { "resolved": "packages/b", "link": true } }',
  ].join('\n');
  expect(findDownloadAddresses('package-lock.json', lock).map(({ line }) => line)).toEqual([1]);
});
