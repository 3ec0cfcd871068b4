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
    `${facts.limits}${facts.isRepeatable ? '; several' : ''}${facts.sources.includes('file') ? '' : '; not in the file itself'}`,
    facts.defaultText === '' ? '' : `\`${facts.defaultText}\``,
    facts.isChangeable ? '`CONFIG SET`' : '',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
