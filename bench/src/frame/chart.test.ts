import { expect, test } from 'vitest';
import { chartSvg, colourOf } from './chart.js';

test('a chart is SVG with its title, its names and its figures', () => {
  const svg = chartSvg({
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
  });
  expect(svg.startsWith('<svg')).toBe(true);
  for (const text of ['Reads &amp; writes', 'one', 'two', 'msession', 'redis', '434k', 'per second', 'target'])
    expect(svg).toContain(`>${text}<`);
});

test('a contender keeps its colour, a mode of it has one of its own', () => {
  expect(colourOf('redis', 0)).toBe(colourOf('redis', 3));
  expect(colourOf('msession, none', 0)).not.toBe(colourOf('msession, interval', 0));
  expect(colourOf('msession', 0)).not.toBe(colourOf('redis', 0));
});
