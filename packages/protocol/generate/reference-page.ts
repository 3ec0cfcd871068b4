// docs/protocol.md: the wire, the errors, and a section for every command of the table.
import { readFileSync } from 'node:fs';
import { type CommandGroup, commandList, errorCodes } from '../src/index.js';
import { commandSection, commonErrors } from './command-section.js';

const groups: readonly (readonly [CommandGroup, string])[] = [
  ['sessions', 'Sessions'],
  ['variables', 'Variables'],
  ['data', 'Data'],
  ['locks', 'Locks'],
  ['search', 'Search'],
  ['sub-sessions', 'Sub-sessions'],
  ['plugins', 'Plugins'],
  ['connection', 'Connection'],
  ['server', 'Server'],
];

export function referencePage(): string {
  const introduction = readFileSync(new URL('./introduction.md', import.meta.url), 'utf8').trimEnd();
  return [
    '<!-- Generated from packages/protocol by `npm run generate`; edits here are lost. -->',
    '',
    introduction
      .replace('{{errors}}', errorTable())
      .replace('{{commonErrors}}', commonErrors.map((code) => `\`${code}\``).join(', ')),
    '',
    '## Commands',
    '',
    ...groups.map(([group, title]) => `- [${title}](#${group}): ${groupIndex(group)}`),
    '',
    ...groups.flatMap(([group, title]) => [`## ${title}`, '', ...sections(group)]),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function inGroup(group: CommandGroup) {
  return commandList.filter((spec) => spec.group === group);
}

function groupIndex(group: CommandGroup): string {
  return inGroup(group)
    .map((spec) => `[${spec.name}](#${anchor(group, spec.name)})`)
    .join(', ');
}

/** A heading that repeats an earlier one gets a number in its anchor; the command PLUGIN does not repeat `Plugins`. */
function anchor(group: string, name: string): string {
  const lower = name.toLowerCase();
  return lower === group ? `${lower}-1` : lower;
}

function sections(group: CommandGroup): string[] {
  return inGroup(group).flatMap((spec) => [commandSection(spec, 3), '']);
}

function errorTable(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, row]) =>
      `| \`${code}\` | ${row.meaning} | ${row.closesConnection ? 'closed' : 'goes on'} | ${row.isRetryable ? 'yes' : 'no'} | ${row.origin} |`,
  );
  return [
    '| code | meaning | connection | may succeed later | origin |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
