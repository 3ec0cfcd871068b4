// The daemon's command line, made from the settings: one flag each, and --help, --version, --check-config.
import { Command, CommanderError, Option } from 'commander';
import { environmentName } from './environment-settings.js';
import type { GivenSettings, GivenValue } from './given-settings.js';
import { type SettingFacts, settingFacts } from './setting-facts.js';
import { nearestName, SettingFault } from './setting-fault.js';
import { type SettingName, settingNames, settingsSchema } from './settings-schema.js';

export type CommandLine =
  /** Help or the version. */
  | { readonly wants: 'text'; readonly text: string }
  | { readonly wants: 'run' | 'check'; readonly given: GivenSettings };

/** @throws SettingFault for an unknown flag, a flag without its value, or a word that belongs to no flag */
export function readCommandLine(words: readonly string[], version: string): CommandLine {
  let output = '';
  const program = buildProgram(version);
  program.configureOutput({
    writeOut: (text) => {
      output += text;
    },
    writeErr: () => {},
  });
  program.exitOverride();
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { wants: 'text', text: output };
    throw new SettingFault(explain(error));
  }
  const options = program.opts<Record<string, unknown>>();
  const given = new Map<SettingName, GivenValue>();
  for (const name of settingNames) {
    const value = options[attributeName(name)];
    if (value !== undefined) given.set(name, { raw: value, origin: `flag --${name}` });
  }
  return { wants: options.checkConfig === true ? 'check' : 'run', given };
}

function buildProgram(version: string): Command {
  const program = new Command('msessiond')
    .description('The msession session server. Settings come from a file, the environment and flags; later ones win.')
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 100, 120) })
    .addHelpText(
      'after',
      '\nSizes take KiB, MiB and GiB; times take ms, s, m, h and d. TERM and INT finish what runs and exit 0.',
    );
  for (const name of settingNames)
    if (settingFacts.get(settingsSchema.shape[name])?.sources.includes('flag') === true)
      program.addOption(flagOption(name));
  return program.addOption(new Option('--check-config', 'check all settings and exit'));
}

function flagOption(name: SettingName): Option {
  const facts = settingFacts.get(settingsSchema.shape[name]) as SettingFacts;
  const fallback = facts.defaultText === '' ? '' : `default ${facts.defaultText}; `;
  const option = new Option(
    `--${name} ${facts.placeholder}`,
    `${facts.description} (${fallback}${environmentName(name)})`,
  ).helpGroup(`${facts.group}:`);
  if (facts.isRepeatable) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  if (facts.isSwitch) option.preset('yes');
  return option;
}

/** `max-clients` as commander names its value: `maxClients`. */
function attributeName(name: SettingName): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function explain(error: CommanderError): string {
  const named = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  if (error.code === 'commander.unknownOption') {
    const flags = [...settingNames, 'help', 'version', 'check-config'].map((name) => `--${name}`);
    return `unknown flag ${named}${nearestName(named, flags)}; --help lists all`;
  }
  if (error.code === 'commander.optionMissingArgument') {
    const flag = named.split(' ')[0] ?? named;
    const facts = settingFacts.get(settingsSchema.shape[flag.slice(2) as SettingName]);
    return `flag ${flag} wants a value: ${facts?.limits ?? 'see --help'}`;
  }
  if (error.code === 'commander.excessArguments') {
    return 'a word on the command line belongs to no flag; settings are given as --name value, see --help';
  }
  return error.message.replace(/^error: /, '');
}
