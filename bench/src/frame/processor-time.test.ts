import { describe, expect, test } from 'vitest';
import { anonymousBytes, bottleneckOf, parseStat, processorMoment, processorUse } from './processor-time.js';

test('times stand behind the name, which may hold blanks and brackets', () => {
  // fields 14 to 17 of proc(5): utime stime cutime cstime
  const line = '42 (a (b) c) S 1 42 42 0 -1 4194304 9 8 7 6 150 50 30 20 20 0 11 0 5 6 7';
  expect(parseStat(line)).toEqual({ own: 2, endedChildren: 0.5 });
});

test('use is what was spent between two moments, also by a thread that is new', () => {
  const before = { atMs: 1000, threads: new Map([['7/7', 10]]), endedChildren: 1 };
  const after = {
    atMs: 3000,
    threads: new Map([
      ['7/7', 11],
      ['7/8', 0.5],
    ]),
    endedChildren: 2.5,
  };
  expect(processorUse(before, after, 1000)).toEqual({
    server: 0.75,
    busiestThread: 0.5,
    generator: 0.75,
    serverMicroseconds: 1500,
  });
});

describe('what held a load back', () => {
  test.each([
    ['the server, whose thread was full', { server: 0.98, busiestThread: 0.97, generator: 0.7 }, 1, 'server'],
    [
      'the generator, full while the server was not',
      { server: 0.6, busiestThread: 0.6, generator: 0.99 },
      1,
      'generator',
    ],
    ['the server before the generator, both full', { server: 0.99, busiestThread: 0.99, generator: 0.9 }, 1, 'server'],
    ['the machine, with nobody full alone', { server: 1.0, busiestThread: 0.7, generator: 0.8 }, 2, 'machine'],
    ['nobody: all waited', { server: 0.2, busiestThread: 0.2, generator: 0.3 }, 1, 'waiting'],
    ['four generators that fill one core together', { server: 0.2, busiestThread: 0.2, generator: 1 }, 4, 'waiting'],
  ] as const)('%s', (_, use, generators, expected) => {
    expect(bottleneckOf(use, generators, 2)).toBe(expected);
  });
});

test('this very process has threads and anonymous memory', () => {
  expect(processorMoment([process.pid]).threads.size).toBeGreaterThan(1);
  expect(anonymousBytes(process.pid)).toBeGreaterThan(1024 * 1024);
});
