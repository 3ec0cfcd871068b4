// The kinds of settings. Each makes a zod schema that takes what a file, an environment or a command line can give
// (text, or TOML's own numbers and booleans), gives the typed value, and carries its facts.
import { z } from 'zod';
import { formatSize, parseSize, parseTime, parseWhole, type TimeUnit } from './quantities.js';
import { type SettingFacts, type SettingGroup, type SettingSource, settingFacts } from './setting-facts.js';

interface Common {
  readonly group: SettingGroup;
  readonly description: string;
  readonly isChangeable?: boolean;
  readonly isReloadable?: boolean;
  readonly sources?: readonly SettingSource[];
}

interface Bounds {
  readonly minimum: number;
  readonly maximum?: number;
}

const everySource: readonly SettingSource[] = ['file', 'environment', 'flag'];
const written = z.union([z.string(), z.number(), z.boolean()]);

function facts(
  common: Common,
  more: Partial<SettingFacts> & Pick<SettingFacts, 'placeholder' | 'limits'>,
): SettingFacts {
  return {
    group: common.group,
    description: common.description,
    isChangeable: common.isChangeable === true,
    isReloadable: common.isReloadable === true,
    sources: common.sources ?? everySource,
    isSecret: false,
    isRepeatable: false,
    isSwitch: false,
    defaultText: '',
    ...more,
  };
}

/** A schema that refuses with the limits as its only message; whoever reads a setting says which and from where. */
function transformed<Value>(parse: (text: string) => Value | undefined, limits: string) {
  return written.transform((raw, context): Value => {
    const value = parse(String(raw));
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: limits });
    return z.NEVER;
  });
}

function within(value: number, bounds: Bounds): number | undefined {
  return value >= bounds.minimum && value <= (bounds.maximum ?? Number.MAX_SAFE_INTEGER) ? value : undefined;
}

function range(bounds: Bounds, show: (value: number) => string): string {
  return bounds.maximum === undefined
    ? `${show(bounds.minimum)} or more`
    : `${show(bounds.minimum)} to ${show(bounds.maximum)}`;
}

type Defaulted<Kind extends Common> = Kind & { readonly default: number };

export function integerSetting(options: Defaulted<Common & Bounds & { readonly placeholder?: string }>) {
  const limits = `a whole number, ${range(options, String)}`;
  return transformed((text) => within(parseWhole(text), options), limits)
    .default(options.default)
    .register(
      settingFacts,
      facts(options, { placeholder: options.placeholder ?? '<number>', limits, defaultText: String(options.default) }),
    );
}

/** A number that may be left out. */
export function optionalIntegerSetting(options: Common & Bounds & { readonly placeholder: string }) {
  const limits = `a whole number, ${range(options, String)}`;
  return transformed((text) => within(parseWhole(text), options), limits)
    .optional()
    .register(settingFacts, facts(options, { placeholder: options.placeholder, limits }));
}

export function sizeSetting(options: Defaulted<Common & Bounds>) {
  const limits = `a size in bytes (65536, 64KiB, 8MiB, 1GiB), ${range(options, formatSize)}`;
  return transformed((text) => within(parseSize(text), options), limits)
    .default(options.default)
    .register(
      settingFacts,
      facts(options, { placeholder: '<size>', limits, defaultText: formatSize(options.default) }),
    );
}

export function timeSetting(options: Defaulted<Common & Bounds & { readonly unit: TimeUnit }>) {
  const examples = options.unit === 'seconds' ? '90, 90s, 15m, 2h' : '250, 250ms, 2s';
  const limits = `a time in ${options.unit} (${examples}), ${range(options, String)}`;
  return transformed((text) => within(parseTime(text, options.unit), options), limits)
    .default(options.default)
    .register(
      settingFacts,
      facts(options, {
        placeholder: '<time>',
        limits,
        defaultText: `${options.default}${options.unit === 'seconds' ? 's' : 'ms'}`,
      }),
    );
}

export function choiceSetting<const Word extends string>(
  options: Common & { readonly words: readonly Word[]; readonly default: NoInfer<Word> },
) {
  const limits = options.words.length === 1 ? `${options.words[0]}` : `one of ${options.words.join(', ')}`;
  return z
    .enum(options.words)
    .default(options.default as Word)
    .register(
      settingFacts,
      facts(options, { placeholder: `<${options.words.join('|')}>`, limits, defaultText: options.default }),
    );
}

export function switchSetting(options: Common) {
  const limits = 'yes or no';
  return transformed(parseSwitch, limits)
    .default(false)
    .register(settingFacts, facts(options, { placeholder: '[yes|no]', limits, defaultText: 'no', isSwitch: true }));
}

function parseSwitch(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (['yes', 'true', 'on', '1'].includes(word)) return true;
  if (['no', 'false', 'off', '0'].includes(word)) return false;
  return undefined;
}

interface TextOptions extends Common {
  readonly placeholder: string;
  /** What it must be, where that is more than not empty. */
  readonly limits?: string;
  readonly pattern?: RegExp;
  /** Where a pattern is not enough. */
  readonly isUsable?: (text: string) => boolean;
  /** How it is shown, where it may hold a secret. */
  readonly shown?: (text: string) => string;
}

function parseText({ pattern, isUsable }: TextOptions) {
  return (text: string) =>
    text !== '' && (pattern?.test(text) ?? true) && (isUsable?.(text) ?? true) ? text : undefined;
}

export function textSetting(options: TextOptions & { readonly default: string }) {
  const limits = options.limits ?? 'some text';
  const { placeholder, shown, default: defaultText } = options;
  return transformed(parseText(options), limits)
    .default(defaultText)
    .register(
      settingFacts,
      facts(options, { placeholder, limits, defaultText, ...(shown === undefined ? {} : { shown }) }),
    );
}

export function optionalTextSetting(options: TextOptions & { readonly isSecret?: boolean }) {
  const limits = options.limits ?? 'some text';
  return transformed(parseText(options), limits)
    .optional()
    .register(
      settingFacts,
      facts(options, { placeholder: options.placeholder, limits, isSecret: options.isSecret === true }),
    );
}

/** Several texts: a TOML array, a flag given again and again, or one text with commas. */
export function listSetting(options: TextOptions) {
  const limits = options.limits ?? 'some texts';
  return z
    .union([z.string(), z.array(z.string())])
    .transform((raw) =>
      (Array.isArray(raw) ? raw : raw.split(',')).map((item) => item.trim()).filter((item) => item !== ''),
    )
    .default([])
    .register(settingFacts, facts(options, { placeholder: options.placeholder, limits, isRepeatable: true }));
}
