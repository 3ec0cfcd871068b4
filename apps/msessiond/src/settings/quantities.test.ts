import { expect, test } from 'vitest';
import { formatSize, parseSize, parseTime, parseWhole } from './quantities.js';

test.each([
  ['0', 0],
  ['65536', 65_536],
  ['8MiB', 8_388_608],
  ['8mb', 8_388_608],
  ['64 KiB', 65_536],
  ['1.5GiB', 1_610_612_736],
  ['12B', 12],
])('the size %s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', 'MiB', '8 parsecs', '8MiB8', '1e3', '0x10', '1.5', '1.0001KiB', '99999999999999999'])(
  '"%s" is no size',
  (text) => {
    expect(parseSize(text)).toBeNaN();
  },
);

test.each([
  ['90', 'seconds', 90],
  ['90s', 'seconds', 90],
  ['15m', 'seconds', 900],
  ['15min', 'seconds', 900],
  ['2h', 'seconds', 7200],
  ['1d', 'seconds', 86_400],
  ['2000ms', 'seconds', 2],
  ['-1', 'milliseconds', -1],
  ['250', 'milliseconds', 250],
  ['1.5s', 'milliseconds', 1500],
] as const)('the time %s is, in %s, %d', (text, unit, value) => {
  expect(parseTime(text, unit)).toBe(value);
});

test.each([
  ['500ms', 'seconds'],
  ['1.5', 'seconds'],
  ['2 weeks', 'seconds'],
  ['s', 'milliseconds'],
] as const)('"%s" is no time in %s', (text, unit) => {
  expect(parseTime(text, unit)).toBeNaN();
});

test.each([
  ['7', 7],
  ['-7', -7],
  ['007', 7],
])('%s is the whole number %d', (text, value) => {
  expect(parseWhole(text)).toBe(value);
});

test.each(['', '7.5', '7k', ' 7', '+7', '1e3', '9007199254740993'])('"%s" is no whole number', (text) => {
  expect(parseWhole(text)).toBeNaN();
});

test.each([0, 1, 1024, 65_536, 8_388_608, 1_610_612_736])('%d bytes are written so that they read back', (bytes) => {
  expect(parseSize(formatSize(bytes))).toBe(bytes);
});
