import { describe, expect, test } from 'vitest';
import { figureOf, rowOf } from '../frame/result.js';
import { killVerdict, parseKillLine } from './kill-rounds.js';
import { contentionVerdicts, cycleVerdicts, headlineVerdicts, scaleVerdicts } from './verdicts.js';

const row = (id: string, better: 'higher' | 'lower', figures: Record<string, [number, Record<string, number>?]>) => {
  const names = Object.keys(figures);
  return rowOf({
    id,
    label: id,
    unit: '',
    better,
    figures: Object.entries(figures).map(([name, [value, extras]]) => figureOf(name, [value], extras ?? {})),
    ratios: names.slice(1).map((name) => [names[0] as string, name] as const),
  });
};

describe('load', () => {
  test.each([
    [100, true],
    [97, true],
    [96, false],
  ])('%d against 100 counts: %s', (own, isReached) => {
    const [verdict] = headlineVerdicts([row('read-1', 'higher', { msession: [own], redis: [100] })]);
    expect(verdict?.isReached).toBe(isReached);
  });
});

test('a page cycle of 1.49 times is not 1.5', () => {
  const verdicts = [1490, 1500].flatMap((own) =>
    cycleVerdicts(row('php-one-client', 'higher', { 'msession, interval': [own], 'phpredis, tuned': [1000] })),
  );
  expect(verdicts.map(({ isReached }) => isReached)).toEqual([false, true]);
});

describe('contention', () => {
  const verdict = (own: number, overIdeal: number, rival: number) =>
    contentionVerdicts(
      row('one-session', 'lower', {
        'msession, interval': [own, { 'p99 over ideal': overIdeal }],
        'phpredis, tuned': [rival, { failed: 0, lost: 12 }],
      }),
    )[0];

  test('a tenth of the rival is enough', () => expect(verdict(10, 2, 100)?.isReached).toBe(true));
  test('so is nearly the ideal queue', () => expect(verdict(10, 1.3, 20)?.isReached).toBe(true));
  test('neither is not', () => expect(verdict(10, 1.31, 99)?.isReached).toBe(false));
  test('what the rival lost is said', () => expect(verdict(10, 1, 20)?.against).toContain('12 writes lost'));
});

describe('many sessions', () => {
  const scale = (part: string, own: number, peer: number) =>
    scaleVerdicts([row(`${part}-1000000`, 'lower', { 'msession, interval': [own], redis: [peer] })])[0]?.isReached;

  test.each([
    ['memory', 670, 670, true],
    ['memory', 671, 670, false],
    ['find', 7, 7000, true],
    ['find', 8, 7000, false],
    ['restart', 560, 2800, true],
    ['restart', 570, 2800, false],
  ])('%s of %d against %d: %s', (part, own, peer, isReached) => {
    expect(scale(part, own, peer)).toBe(isReached);
  });

  test('the tail counts by all slices together', () => {
    const tail = row('tail', 'lower', {
      'msession, 1,000 sessions': [9, { 'p99.9 ms, all slices': 2 }],
      'msession, 1,000,000 sessions': [9, { 'p99.9 ms, all slices': 3.1 }],
    });
    expect(scaleVerdicts([tail])[0]).toMatchObject({ isReached: false, against: 'itself with 1,000 sessions' });
  });

  test('what is missing is not reached', () => {
    const alone = row('restart-1000', 'lower', { 'msession, interval': [1] });
    expect(scaleVerdicts([alone])[0]).toMatchObject({ isReached: false });
  });
});

describe('kills', () => {
  const output = [
    'always: kills=25 acknowledged=20100 lost=0 longestLossMs=0 sessionsChecked=146 seed=1',
    'interval: kills=25 acknowledged=90000 lost=309 longestLossMs=94 sessionsChecked=269 seed=1',
    '',
  ].join('\n');

  test('a line of the harness is read by its names', () => {
    expect(parseKillLine(output, 'interval')).toEqual({
      kills: 25,
      acknowledged: 90_000,
      lost: 309,
      longestLossMs: 94,
    });
    expect(parseKillLine('always: broken', 'interval')).toBeUndefined();
  });

  test('count only when the harness was content, and nothing was lost with always', () => {
    expect(killVerdict(output, 0).isReached).toBe(true);
    expect(killVerdict(output, 1).isReached).toBe(false);
    expect(killVerdict(output.replace('lost=0', 'lost=1'), 0).isReached).toBe(false);
    expect(killVerdict(output.slice(0, 50), 0).isReached).toBe(false);
  });
});
