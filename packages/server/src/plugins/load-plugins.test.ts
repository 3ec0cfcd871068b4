import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadPlugins } from './load-plugins.js';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'msession-plugins-'));
  const modules: Readonly<Record<string, string>> = {
    'named.mjs': `export const plugin = { name: 'named', functions: { one: () => '1' } };`,
    'default.mjs': `export default { name: 'default', functions: { two: () => '2' } };`,
    'again.mjs': `export const plugin = { name: 'again', functions: { one: () => 'other' } };`,
    'escape-a.mjs': `export const plugin = { name: 'a', hooks: { escape: () => null } };`,
    'escape-b.mjs': `export const plugin = { name: 'b', hooks: { escape: () => null } };`,
    'empty.mjs': `export const something = 1;`,
    'throws.mjs': `throw new Error('kaput');`,
    'shape.mjs': `export const plugin = { name: 'no good', functions: {} };`,
  };
  for (const [name, source] of Object.entries(modules)) await writeFile(join(directory, name), source);
});

test('modules are found from the base directory, by either export', async () => {
  const plugins = await loadPlugins(['./named.mjs', './default.mjs'], directory);
  expect(plugins.map((plugin) => plugin.name)).toEqual(['named', 'default']);
  expect(await loadPlugins([join(directory, 'named.mjs')], '/')).toHaveLength(1);
});

test.each([
  [['./nowhere.mjs'], "plugin module './nowhere.mjs' is not there"],
  [['no-such-package-anywhere'], "plugin module 'no-such-package-anywhere' is not there"],
  [['./empty.mjs'], "exports neither 'plugin' nor a default"],
  [['./throws.mjs'], "plugin module './throws.mjs' failed to load: kaput"],
  [['./shape.mjs'], "a plugin's name has 1 to 64 letters"],
  [['./named.mjs', './named.mjs'], "two plugins are named 'named'"],
  [['./named.mjs', './again.mjs'], "the function 'one' is offered by plugin 'named' and by plugin 'again'"],
  [['./escape-a.mjs', './escape-b.mjs'], "plugins 'a' and 'b' both have an escape"],
])('%j is refused', async (specifiers, message) => {
  await expect(loadPlugins(specifiers, directory)).rejects.toThrow(message);
});
