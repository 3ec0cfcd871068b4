import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { listPackages, workspaceRoot } from './workspace.mjs';

const packages = listPackages();

interface Manifest {
  version: string;
  engines: { node: string };
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  files?: string[];
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(workspaceRoot, folder, 'package.json'), 'utf8')) as Manifest;
}

test('lists what npm calls the workspaces', () => {
  const told = JSON.parse(
    execFileSync('npm', ['query', '.workspace'], {
      cwd: workspaceRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as { name: string }[];
  expect(packages.map(({ name }) => name).sort()).toEqual(told.map(({ name }) => name).sort());
});

describe.each(packages.map((one) => [one.name, one] as const))('%s', (_name, one) => {
  test('wants the versions of its neighbours that are there', () => {
    const own = manifest(one.folder);
    const versions = new Map(packages.map(({ name, folder }) => [name, manifest(folder).version]));
    const wanted = Object.entries({ ...own.dependencies, ...own.devDependencies });
    for (const [name, version] of wanted) {
      const there = versions.get(name);
      if (there !== undefined) expect(`${name}@${version}`).toBe(`${name}@${there}`);
    }
    expect(own.engines.node).toBe('>=20.19');
  });
});

const published = packages.filter((one) => !one.isPrivate);

test.each(published.map((one) => [one.name, one.folder]))('%s ships a README with its build', (_name, folder) => {
  expect(existsSync(path.join(workspaceRoot, folder, 'README.md'))).toBe(true);
  expect(manifest(folder).files).toEqual(expect.arrayContaining(['dist', 'README.md']));
});
