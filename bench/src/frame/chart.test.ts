import { expect, test } from 'vitest';
import { chartSvg, colourOf } from './chart.js';
import type { Chart } from './result.js';

test('a chart is SVG with its title, its names and its figures', () => {
  const chart: Chart = {
    name: 'x',
    title: 'Reads & writes',
    kind: 'bars',
    categories: ['one', 'two'],
    series: [
      { name: 'msession', values: [434_123, null] },
      { name: 'redis', values: [12, 0.5] },
    ],
    valueAxis: 'per second',
    mark: { value: 10, label: 'target' },
  };
  const svg = chartSvg(chart, { corner: 'that day', note: 'other work ran' });
  expect(svg.startsWith('<svg')).toBe(true);
  for (const text of [
    'Reads &amp; writes',
    'one',
    'two',
    'msession',
    'redis',
    '434k',
    'per second',
    'target',
    'that day',
    'other work ran',
  ])
    expect(svg).toContain(`>${text}<`);
});

test('a bar that ends short of the mark has the colour of the other side', () => {
  const svg = (value: number) =>
    chartSvg({
      name: 'x',
      title: '',
      kind: 'bars',
      categories: ['reads'],
      series: [{ name: 'msession', values: [value] }],
      valueAxis: '',
      mark: { value: 1, label: 'equal' },
    });
  expect(svg(2)).toContain(`fill="${colourOf('msession', 0)}"`);
  expect(svg(0.5)).toContain(`fill="${colourOf('redis', 0)}"`);
});

test('a contender keeps its colour, a mode of it has one of its own', () => {
  expect(colourOf('redis', 0)).toBe(colourOf('redis', 3));
  expect(colourOf('msession, none', 0)).not.toBe(colourOf('msession, interval', 0));
  expect(colourOf('msession', 0)).not.toBe(colourOf('redis', 0));
});
