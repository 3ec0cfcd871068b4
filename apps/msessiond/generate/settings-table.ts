// The table of settings in docs/operations.md, from the schema.
import { type SettingFacts, settingFacts } from '../src/settings/setting-facts.js';
import { type SettingName, settingNames, settingsSchema } from '../src/settings/settings-schema.js';

/** Markdown: a table for each group of settings. */
export function settingsTable(): string {
  const rows = settingNames.map((name) => ({
    name,
    facts: settingFacts.get(settingsSchema.shape[name]) as SettingFacts,
  }));
  const groups = [...new Set(rows.map(({ facts }) => facts.group))];
  return groups
    .map((group) =>
      [
        `### ${group}`,
        '',
        '| setting | what it is | what it may be | default | while running |',
        '| --- | --- | --- | --- | --- |',
        ...rows.filter(({ facts }) => facts.group === group).map(({ name, facts }) => row(name, facts)),
      ].join('\n'),
    )
    .join('\n\n');
}

function row(name: SettingName, facts: SettingFacts): string {
  const cells = [
    `\`${name}\``,
    facts.description,
    `${facts.limits}${facts.isRepeatable ? '; several' : ''}${sourceNote(facts)}`,
    facts.defaultText === '' ? '' : `\`${facts.defaultText}\``,
    facts.isChangeable ? '`CONFIG SET`' : facts.isReloadable ? 'SIGHUP' : '',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function sourceNote({ sources }: SettingFacts): string {
  if (!sources.includes('file')) return '; not in the file itself';
  return sources.length === 1 ? '; in the file only' : '';
}
