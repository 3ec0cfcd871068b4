// The table itself: what every spec must hold, and that nothing generated from it is stale or incomplete.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { boundShapesModule } from '../generate/bound-shapes.js';
import { commandTable } from '../generate/command-table.js';
import { referencePage } from '../generate/reference-page.js';
import { type CommandSpec, commandList, errorCodes } from '../src/index.js';

const all: readonly CommandSpec[] = commandList.flatMap((spec) => [spec, ...(spec.subcommands ?? [])]);
const root = new URL('../../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

test('has every command of the architecture', () => {
  const promised =
    'CREATE DROP RENAME COPY SETVAL GETVAL DELVAL GETALL INC ADD MULDIV DATAGET DATASET GETOBJECT SLOCK SCANCEL SUNLOCK SEXTEND LOCKS TIMEOUT CTL COUNT LIST FIND LISTVAR DROPWHERE UNIQ RANDSTR FLUSH SUBNEW SUBLIST PLUGIN CALL SERIALIZE EVENTS PING ECHO HELLO AUTH QUIT RESET SELECT CLIENT COMMAND INFO CONFIG SLOWLOG MONITOR SHUTDOWN';
  expect(commandList.map((spec) => spec.name).sort()).toEqual(promised.split(' ').sort());
});

describe.each(all.map((spec) => ({ name: spec.name, spec })))('$name', ({ spec }) => {
  test('needs one right', () => {
    const rights = spec.flags.filter((flag) => ['read', 'write', 'admin', 'connection'].includes(flag));
    expect(rights).toHaveLength(1);
  });

  test('names its arguments once and can be parsed without guessing', () => {
    for (const form of [spec.arguments, ...(spec.guardedForm === undefined ? [] : [spec.guardedForm])]) {
      const names = form.map((argument) => argument.name);
      expect(new Set(names).size).toBe(names.length);
      const tokens = form.flatMap((argument) =>
        argument.kind === 'choice' ? argument.tokens : 'token' in argument ? [argument.token] : [],
      );
      expect(new Set(tokens).size).toBe(tokens.length);
      for (const token of tokens) expect(token).toMatch(/^[A-Z]+$/);
      const kinds = form.map((argument) => argument.kind);
      expect(kinds.lastIndexOf('rest')).toBeLessThanOrEqual(kinds.length - 1);
      if (kinds.includes('rest')) expect(kinds.indexOf('rest')).toBe(kinds.length - 1);
      const inPlace = form.filter((argument) => argument.kind === 'positional' || argument.kind === 'word');
      const optional = inPlace.map((argument) => argument.optional === true);
      expect(optional).toEqual([...optional].sort());
      expect(form.slice(0, inPlace.length)).toEqual(inPlace);
    }
  });

  test('a guarded form is known by its two tokens behind one position', () => {
    if (spec.guardedForm === undefined) return;
    expect(spec.guardedForm.map((argument) => argument.kind)).toEqual(['positional', 'option', 'counted']);
  });

  test('stands in the reference page', () => {
    expect(referencePage()).toMatch(new RegExp(`^#{3,4} ${spec.name}$`, 'm'));
  });
});

test('the reference page has every error code', () => {
  for (const code of Object.keys(errorCodes)) expect(referencePage()).toContain(`| \`${code}\` |`);
});

test('links of the reference page lead to its headings', () => {
  const page = referencePage();
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of page.matchAll(/^#+ (.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    anchors.add(before === 0 ? anchor : `${anchor}-${before}`);
  }
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1] as string);
  expect(links.length).toBeGreaterThan(commandList.length);
  expect(links.filter((link) => !anchors.has(link))).toEqual([]);
});

test('what is generated is current', () => {
  expect(read('docs/protocol.md') === referencePage()).toBe(true);
  expect(read('packages/protocol/src/bound-shapes.generated.ts') === boundShapesModule()).toBe(true);
  expect(read('packages/protocol/commands.generated.json') === commandTable()).toBe(true);
});
