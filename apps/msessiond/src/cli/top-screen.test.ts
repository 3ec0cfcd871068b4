import { ReplyMap } from '@msession/protocol';
import { expect, test } from 'vitest';
import { parseInfo, readLocks } from './top-figures.js';
import { topScreen } from './top-screen.js';

const info = (commands: number, more = '') =>
  parseInfo(
    `# Server\r\nmsession_version:1.2.3\r\nready:1\r\nuptime_in_seconds:3725\r\n\r\n# Stats\r\ntotal_commands_processed:${commands}\r\ninstantaneous_ops_per_sec:42\r\nused_memory:3145728\r\n${more}`,
  );
const lock = (id: string, note: string, sinceMs: number, waiting: readonly number[]) =>
  new ReplyMap([
    ['id', Buffer.from(id)],
    ['note', note],
    ['sinceMs', sinceMs],
    ['waiters', waiting.map((since) => new ReplyMap([['sinceMs', since]]))],
  ]);
const size = { columns: 200, rows: 100, label: '127.0.0.1:8086' };

test('rates come from two looks, and from the server itself at the first', () => {
  const first = { atMs: 10_000, info: info(1000), locks: [] };
  const second = { atMs: 12_000, info: info(51_000), locks: [] };
  expect(topScreen({ ...size, now: first })).toMatch(/^commands +42\/s/m);
  expect(topScreen({ ...size, now: second, before: first })).toMatch(/^commands +25\.0k\/s/m);
});

test('it says the version, how long it runs, memory, latency and what is not ready', () => {
  const more = 'maxmemory:4194304\r\nlatency_percentiles_usec_all:p50=12.3,p99=2500.0,p99.9=9000.0\r\n';
  const text = topScreen({ ...size, now: { atMs: 0, info: info(1, more), locks: [] } });
  expect(text).toContain('msession 1.2.3 127.0.0.1:8086  up 1h02m  ready');
  expect(text).toMatch(/^memory +3\.0MiB of 4\.0MiB/m);
  expect(text).toMatch(/^latency +p50 12us +p99 2\.5ms +p99\.9 9\.0ms/m);
  const broken = info(1, 'ready:0\r\nnot_ready_because:the disk is full\r\n');
  expect(topScreen({ ...size, now: { atMs: 0, info: broken, locks: [] } })).toContain('NOT READY: the disk is full');
});

test('locks with most waiters come first, fit the screen, and cannot steer the terminal', () => {
  const locks = readLocks(
    [lock('a', 'idle', 0, []), lock('b', 'web-1 \x1b[2J', 4000, [7000, 9000]), lock('c', 'x', 9000, [])],
    10_000,
  );
  expect(locks.map(({ id, heldMs, waiters, longestWaitMs }) => [id, heldMs, waiters, longestWaitMs])).toEqual([
    ['b', 6000, 2, 3000],
    ['a', 10_000, 0, 0],
    ['c', 1000, 0, 0],
  ]);
  const text = topScreen({ ...size, rows: 13, now: { atMs: 10_000, info: info(1), locks } });
  expect(text).toMatch(/^b +6s +2 +3s +web-1/m);
  expect(text).toContain('and 1 more');
  expect(text).not.toContain('\x1b');
});
