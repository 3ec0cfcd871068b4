// What an operator is woken for: each row of the table in docs/operations.md has here what brings it about, and the metric
// must tell.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createEmbeddedEngine } from '@msession/engine';
import { ManualClock } from '@msession/engine/conformance';
import { encodeRequest } from '@msession/protocol';
import { expect, test } from 'vitest';
import { testDirectory } from '../../engine/src/embedded/store/test-stores.js';
import { makeCertificates } from './support/certificates.js';
import { startServer, type TestServer, until } from './support/test-server.js';

/** Value of a metric by its whole name, labels too; NaN when it is not there. */
type Read = (metric: string) => Promise<number>;

async function start(options: Parameters<typeof startServer>[0] = {}): Promise<TestServer & { read: Read }> {
  const started = await startServer({ admin: { port: 0 }, ...options });
  const url = `http://127.0.0.1:${started.server.address().admin?.port}/metrics`;
  const read = async (metric: string) => {
    const lines = (await (await fetch(url)).text()).split('\n');
    return Number(lines.find((line) => line.startsWith(`${metric} `))?.slice(metric.length + 1) ?? Number.NaN);
  };
  return { ...started, read };
}

/** A store that has no room any more. */
async function fullStore(check: (read: Read) => Promise<void>): Promise<void> {
  const directory = testDirectory();
  try {
    const store = { directory: directory.path, durability: 'always' as const, maxStoreBytes: 512 * 1024 };
    const { connect, read, close } = await start({ engine: createEmbeddedEngine({ store }) });
    const peer = await connect();
    expect(await read('msession_ready')).toBe(1);
    expect(await read('msession_engine_figure{figure="isStoreFaulty"}')).toBe(0);
    for (let i = 0; (await read('msession_ready')) === 1; i++) await peer.call('DATASET', `s${i}`, 'x'.repeat(50_000));
    await check(read);
    // with room it recovers by itself
    await peer.call('FLUSH', 0);
    while ((await read('msession_ready')) === 0);
    await close();
  } finally {
    directory.remove();
  }
}

/** A session whose record has another byte than was written, and that is on disk alone. */
async function damagedRecord(): Promise<void> {
  const directory = testDirectory();
  const store = { directory: directory.path, durability: 'always' as const };
  try {
    const before = await start({ engine: createEmbeddedEngine({ store }) });
    const peer = await before.connect();
    await peer.call('DATASET', 'a', 'what is damaged', 'VARS', 1, 'user', 'ada');
    await before.close();
    const file = path.join(directory.path, 'sessions.mdb');
    const bytes = readFileSync(file);
    for (let at = bytes.indexOf('what is damaged'); at >= 0; at = bytes.indexOf('what is damaged', at + 1))
      bytes[at] = 'W'.charCodeAt(0);
    writeFileSync(file, bytes);
    const { connect, read, close } = await start({ engine: createEmbeddedEngine({ store }) });
    expect(await read('msession_engine_figure{figure="damagedRecords"}')).toBe(0);
    await (await connect()).call('FLUSH', 0);
    expect(await read('msession_engine_figure{figure="damagedRecords"}')).toBe(1);
    await close();
  } finally {
    directory.remove();
  }
}

async function closedFor(reason: string, options: Parameters<typeof start>[0], bringAbout: Bring): Promise<void> {
  const started = await start(options);
  const metric = `msession_connections_closed_total{reason="${reason}"}`;
  expect(await started.read(metric)).toBe(0);
  await bringAbout(started);
  while ((await started.read(metric)) === 0);
}

type Bring = (server: TestServer) => Promise<unknown>;

async function flood({ connect }: TestServer): Promise<void> {
  await connect();
  await (await connect()).closed;
}

async function listenWithoutReading({ connect, server }: TestServer): Promise<void> {
  const [listener, busy] = [await connect(3), await connect()];
  await listener.call('EVENTS', 'ON');
  listener.socket.pause();
  const batch = Array.from({ length: 2000 }, (_, i) => encodeRequest(['CREATE', 's'.repeat(200) + i]));
  while (server.figures('stats').slow_readers_closed === 0) {
    busy.raw(Buffer.concat(batch));
    for (let i = 0; i < batch.length; i++) await busy.next();
    await busy.call('FLUSH', 0);
  }
}

async function sendWhileWaiting({ connect, engine }: TestServer): Promise<void> {
  const waiter = await someWait({ connect, engine });
  waiter.raw(Buffer.concat(Array.from({ length: 20_000 }, () => encodeRequest(['PING']))));
  await waiter.closed;
}

async function someWait({ connect, engine }: Pick<TestServer, 'connect' | 'engine'>, waitMs = 3_600_000) {
  const [holder, waiter] = [await connect(), await connect()];
  await holder.call('CREATE', 'a');
  await holder.call('SLOCK', 'a');
  waiter.send('SLOCK', 'a', 'WAIT', waitMs);
  await until(() => engine.statistics().lockWaiters === 1);
  return waiter;
}

const scenarios: Readonly<Record<string, () => Promise<void>>> = {
  msession_ready: () => fullStore(async (read) => expect(await read('msession_ready')).toBe(0)),
  'msession_engine_figure{figure="isStoreFaulty"}': () =>
    fullStore(async (read) => expect(await read('msession_engine_figure{figure="isStoreFaulty"}')).toBe(1)),
  'msession_engine_figure{figure="damagedRecords"}': damagedRecord,
  'msession_used_bytes / msession_max_memory_bytes': async () => {
    const { connect, read } = await start({ engineLimits: { maxMemoryBytes: 100_000 } });
    const peer = await connect();
    await peer.call('DATASET', 'a', 'x'.repeat(95_000));
    expect((await read('msession_used_bytes')) / (await read('msession_max_memory_bytes'))).toBeGreaterThan(0.9);
    expect(await peer.call('DATASET', 'b', 'x'.repeat(10_000))).toMatchObject({ code: 'OOM' });
  },
  'rate(msession_sessions_ended_total{reason="evicted"})': async () => {
    const { connect, read } = await start({ engineLimits: { maxMemoryBytes: 100_000, evict: 'lru' } });
    const peer = await connect();
    for (const id of ['a', 'b']) await peer.call('DATASET', id, 'x'.repeat(60_000));
    expect(await read('msession_sessions_ended_total{reason="evicted"}')).toBe(1);
  },
  'msession_connections / msession_max_clients': async () => {
    const { connect, read } = await start({ limits: { maxClients: 3 } });
    for (let i = 0; i < 3; i++) await connect();
    expect((await read('msession_connections')) / (await read('msession_max_clients'))).toBe(1);
  },
  'rate(msession_connections_closed_total)': async () => {
    await closedFor('max_clients', { limits: { maxClients: 1 } }, flood);
    await closedFor('slow_reader', { limits: { pushBacklogBytes: 64 * 1024 } }, listenWithoutReading);
    await closedFor('overflow', { limits: { maxRequestBytes: 64 * 1024 } }, sendWhileWaiting);
  },
  msession_lock_waiters: async () => {
    const started = await start();
    await someWait(started);
    expect(await started.read('msession_lock_waiters')).toBe(1);
  },
  'rate(msession_slow_lock_waits_total)': async () => {
    const clock = new ManualClock();
    const started = await start({ clock });
    const waiter = await someWait(started);
    clock.advance(30_000);
    await waiter.next();
    expect(await started.read('msession_slow_lock_waits_total')).toBe(1);
  },
  'rate(msession_locks_timed_out_total)': async () => {
    const clock = new ManualClock();
    const started = await start({ clock });
    const waiter = await someWait(started, 500);
    clock.advance(500);
    await waiter.next();
    expect(await started.read('msession_locks_timed_out_total')).toBe(1);
  },
  'rate(msession_failed_passwords_total)': async () => {
    const { connect, read } = await start({ password: 'right' });
    await (await connect()).call('AUTH', 'wrong');
    expect(await read('msession_failed_passwords_total')).toBe(1);
  },
  'msession_tls_certificate_expires_seconds - time()': async () => {
    const certificates = makeCertificates();
    const { read } = await start({ tls: { port: 0, ...certificates.server() } });
    const leftSeconds = (await read('msession_tls_certificate_expires_seconds')) - Date.now() / 1000;
    expect(leftSeconds).toBeGreaterThan(3600);
  },
  'rate(msession_plugin_failures_total)': async () => {
    const plugin = { name: 'bad', functions: { fail: () => Promise.reject(new Error('no')) } };
    const { connect, read } = await start({ plugins: [plugin] });
    await (await connect()).call('CALL', 'fail');
    expect(await read('msession_plugin_failures_total')).toBe(1);
  },
  nodejs_eventloop_lag_p99_seconds: async () => {
    const { read } = await start();
    expect(await read('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  },
  'process_open_fds / process_max_fds': async () => {
    const { connect, read } = await start();
    const before = await read('process_open_fds');
    await connect();
    expect(await read('process_open_fds')).toBeGreaterThan(before);
    expect(await read('process_max_fds')).toBeGreaterThan(before);
  },
  msession_command_duration_seconds: async () => {
    const { connect, read } = await start();
    await (await connect()).call('PING');
    expect(await read('msession_command_duration_seconds_count{command="ping"}')).toBe(1);
  },
};

const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const section = page.slice(page.indexOf('### What to be woken for'), page.indexOf('\n## Sizing'));
const listed = [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).filter((name) => name !== 'reason'),
);

test('every metric that the page names has a scenario here, and the other way round', () => {
  expect([...listed].sort()).toEqual(Object.keys(scenarios).sort());
});

test.each(Object.keys(scenarios))('%s tells', async (name) => {
  await scenarios[name]?.();
});
