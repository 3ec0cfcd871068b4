// Charts as SVG text, drawn by ECharts without a browser. Colours stay with their contender from chart to chart.
import * as echarts from 'echarts';
import type { Chart } from './result.js';
import { compactFigure } from './text.js';

const width = 900;

const palette = ['#2563a8', '#c2410c', '#4d7c0f', '#7e57a8', '#8a6d1b', '#0f766e', '#9d174d', '#64748b'];

/** By the beginning of a contender's name, so that a server's modes share their hue's family. */
const colours: readonly (readonly [string, string])[] = [
  ['msession, none', '#7fb0dd'],
  ['msession, always', '#123f6e'],
  ['msession, merge', '#7fb0dd'],
  ['msession', '#2563a8'],
  ['redis GET', '#e8a07f'],
  ['redis, no', '#e8a07f'],
  ['redis, always', '#7c2d0a'],
  ['phpredis, no lock', '#e8a07f'],
  ['phpredis, default', '#e8a07f'],
  ['phpredis', '#c2410c'],
  ['connect-redis', '#c2410c'],
  ['redis-parser', '#e8a07f'],
  ['redis', '#c2410c'],
  ['php-memcached, tuned', '#33520a'],
  ['php-memcached', '#6a9a2b'],
  ['MemoryStore', '#94a3b8'],
  ['files', '#94a3b8'],
  ['raw', '#b8bec8'],
];

export function colourOf(series: string, index: number): string {
  return colours.find(([start]) => series.startsWith(start))?.[1] ?? (palette[index % palette.length] as string);
}

export interface ChartMarks {
  /** In the upper right corner: when it was measured. */
  readonly corner?: string;
  /** Under the subtitle: what makes its figures doubtful. */
  readonly note?: string;
}

export function chartSvg(chart: Chart, { corner, note }: ChartMarks = {}): string {
  const isLines = chart.kind === 'lines';
  const rows = chart.categories.length * (isLines ? 1 : Math.max(1, chart.series.length * 0.6));
  const height = chart.isHorizontal === true ? Math.max(280, 150 + rows * 26) : 420;
  const drawing = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    const subtitle = [chart.subtitle, note].filter((line) => line !== undefined).join('\n');
    drawing.setOption(optionsOf(subtitle === '' ? chart : { ...chart, subtitle }));
    if (corner !== undefined) drawing.setOption({ graphic: cornerText(corner) });
    return `${drawing.renderToSVGString()}\n`;
  } finally {
    drawing.dispose();
  }
}

function cornerText(text: string): object {
  return {
    type: 'text',
    x: width - 16,
    y: 18,
    silent: true,
    style: { text, fontSize: 11, fill: '#666', textAlign: 'right' },
  };
}

function optionsOf(chart: Chart): echarts.EChartsOption {
  const isHorizontal = chart.isHorizontal === true;
  const names = {
    type: 'category' as const,
    data: [...chart.categories],
    axisTick: { show: false },
    axisLabel: { interval: 0, fontSize: 13, color: '#222' },
    ...(isHorizontal ? { inverse: true } : {}),
  };
  const figures = {
    type: chart.isLogarithmic === true ? ('log' as const) : ('value' as const),
    name: chart.valueAxis,
    nameLocation: 'middle' as const,
    nameGap: isHorizontal ? 32 : 68,
    nameTextStyle: { fontSize: 13, color: '#444' },
    axisLabel: { formatter: (value: number) => compactFigure(value), fontSize: 12, color: '#444', hideOverlap: true },
    splitLine: { lineStyle: { color: '#e5e7eb' } },
    ...(chart.isLogarithmic === true
      ? { min: lowest(chart), startValue: chart.mark?.value ?? lowest(chart) }
      : { min: 0 }),
  };
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'Helvetica, Arial, sans-serif' },
    title: {
      text: chart.title,
      left: 16,
      top: 12,
      textStyle: { fontSize: 17, color: '#111' },
      ...(chart.subtitle === undefined
        ? {}
        : { subtext: chart.subtitle, subtextStyle: { fontSize: 12, lineHeight: 17, color: '#555' } }),
    },
    legend: {
      bottom: 8,
      itemWidth: 16,
      itemHeight: 11,
      itemGap: 26,
      textStyle: { fontSize: 13 },
      show: chart.series.length > 1,
    },
    grid: {
      left: isHorizontal ? longestName(chart) * 7.4 + 28 : 96,
      right: isHorizontal ? 80 : 32,
      top: 64 + (chart.subtitle === undefined ? 0 : chart.subtitle.split('\n').length * 18),
      bottom: (chart.series.length > 1 ? 92 : 64) + (isHorizontal ? 0 : 10),
    },
    xAxis: isHorizontal ? figures : names,
    yAxis: isHorizontal ? names : figures,
    series: chart.series.map((one, index) => seriesOf(chart, one, index)),
  } as echarts.EChartsOption;
}

function seriesOf(chart: Chart, one: Chart['series'][number], index: number): object {
  const isHorizontal = chart.isHorizontal === true;
  const markLine =
    chart.mark === undefined || index > 0
      ? {}
      : {
          markLine: {
            symbol: 'none',
            silent: true,
            lineStyle: { color: '#111', type: 'dashed' },
            label: {
              formatter: chart.mark.label,
              fontSize: 12,
              color: '#111',
              position: isHorizontal ? 'start' : 'end',
            },
            data: [isHorizontal ? { xAxis: chart.mark.value } : { yAxis: chart.mark.value }],
          },
        };
  const label = {
    show: true,
    position: isHorizontal ? 'right' : 'top',
    fontSize: 11,
    color: '#333',
    formatter: ({ value }: { value: unknown }) => (typeof value === 'number' ? compactFigure(value) : ''),
  };
  return {
    name: one.name,
    type: chart.kind === 'lines' ? 'line' : 'bar',
    data: chart.series.length > 1 ? [...one.values] : one.values.map((value, at) => barOf(chart, value, at)),
    itemStyle: { color: colourOf(one.name, index) },
    lineStyle: { color: colourOf(one.name, index), width: 2.5 },
    symbolSize: 8,
    barMaxWidth: 38,
    barGap: '8%',
    label: chart.kind === 'lines' ? { show: false } : label,
    labelLayout: { hideOverlap: true },
    ...markLine,
  };
}

/** Characters of the longest line of a category: without a browser nobody measures text for us. */
function longestName({ categories }: Chart): number {
  return Math.max(...categories.flatMap((name) => name.split('\n')).map((line) => line.length));
}

/** Bars of one series are told apart by their contender, or by the side of the mark on which they end. */
function barOf({ mark, categories }: Chart, value: number | null, at: number): object {
  const isBehind = mark !== undefined && value !== null && value < mark.value;
  const colour =
    mark === undefined ? colourOf(categories[at] ?? '', at) : colourOf(isBehind ? 'redis' : 'msession', at);
  return { value, itemStyle: { color: colour } };
}

/** A power of ten below the smallest figure: bars on a logarithmic axis begin somewhere. */
function lowest(chart: Chart): number {
  const all = [...chart.series.flatMap(({ values }) => values), chart.mark?.value ?? null];
  const positive = all.filter((value): value is number => value !== null && value > 0);
  return 10 ** Math.floor(Math.log10(Math.min(...positive)) - 0.001);
}
