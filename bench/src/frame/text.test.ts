import { expect, test } from 'vitest';
import { compactFigure, markdownTable, ratioText, shortFigure, thousands } from './text.js';

test.each([
  [999, '999'],
  [1000, '1,000'],
  [1234567.6, '1,234,568'],
])('%d is written %s', (figure, text) => {
  expect(thousands(figure)).toBe(text);
});

test.each([
  [0.012345, '0.0123'],
  [12.345, '12.3'],
  [123456, '123,456'],
])('%d in short is %s', (figure, text) => {
  expect(shortFigure(figure)).toBe(text);
});

test.each([
  [9999, '9,999'],
  [434_123, '434k'],
  [999_600, '1M'],
  [1_634_313, '1.63M'],
])('%d on a chart is %s', (figure, text) => {
  expect(compactFigure(figure)).toBe(text);
});

test.each([
  [1.005, '1.00'],
  [0.97, '0.97'],
  [0.00052, '0.00052'],
])('the ratio %d is %s', (ratio, text) => {
  expect(ratioText(ratio)).toBe(text);
});

test('a bar within a cell does not end it', () => {
  expect(markdownTable(['a'], [['x|y']])).toBe('| a |\n| --- |\n| x\\|y |');
});
