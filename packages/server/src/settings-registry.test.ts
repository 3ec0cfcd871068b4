import { expect, test } from 'vitest';
import { booleanSetting, integerSetting, SettingsRegistry, sizeSetting, wordSetting } from './settings-registry.js';

function registry() {
  const values = { count: 5, bytes: 1024, isOn: false, word: 'a' as 'a' | 'b' };
  const settings = new SettingsRegistry();
  settings.register(
    'count',
    integerSetting(
      { minimum: 1, maximum: 10 },
      () => values.count,
      (value) => {
        values.count = value;
      },
    ),
  );
  settings.register(
    'bytes',
    sizeSetting(
      64,
      () => values.bytes,
      (value) => {
        values.bytes = value;
      },
    ),
  );
  settings.register(
    'on',
    booleanSetting(
      () => values.isOn,
      (value) => {
        values.isOn = value;
      },
    ),
  );
  settings.register(
    'word',
    wordSetting(
      ['a', 'b'],
      () => values.word,
      (value) => {
        values.word = value;
      },
    ),
  );
  settings.register('fixed', { get: () => 'so' });
  return { values, settings };
}

test('texts are read as what the setting is', () => {
  const { values, settings } = registry();
  settings.setAll([
    ['count', '7'],
    ['bytes', '8mb'],
    ['on', 'YES'],
    ['word', 'B'],
  ]);
  expect(values).toEqual({ count: 7, bytes: 8 * 1024 * 1024, isOn: true, word: 'b' });
  expect(['count', 'bytes', 'on', 'word'].map((name) => settings.get(name))).toEqual(['7', '8388608', 'yes', 'b']);
});

test.each([
  [
    [
      ['count', '7'],
      ['word', 'c'],
    ],
    "setting 'word' must be one of a b",
  ],
  [
    [
      ['count', '7'],
      ['bytes', '10'],
    ],
    "setting 'bytes' must be a size in bytes",
  ],
  [
    [
      ['count', '7'],
      ['on', 'maybe'],
    ],
    "setting 'on' must be yes or no",
  ],
  [
    [
      ['count', '7'],
      ['fixed', 'else'],
    ],
    "setting 'fixed' cannot change while the server runs",
  ],
  [
    [
      ['count', '7'],
      ['nope', '1'],
    ],
    "unknown setting 'nope'",
  ],
  [
    [
      ['count', '7'],
      ['count', '8'],
    ],
    "setting 'count' is given twice",
  ],
  [[['count', '11']], "setting 'count' must be an integer, 1 to 10"],
  [[['count', '1.5']], "setting 'count' must be an integer"],
] as const)('%j changes nothing', (changes, message) => {
  const { values, settings } = registry();
  const before = { ...values };
  expect(() => settings.setAll(changes)).toThrow(message);
  expect(values).toEqual(before);
});
