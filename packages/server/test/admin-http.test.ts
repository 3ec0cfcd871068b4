// The admin port as scrapers and balancers see it: pages, refusals, and figures that follow what clients do.
import { get } from 'node:http';
import { createEmbeddedEngine } from '@msession/engine';
import { expect, test } from 'vitest';
import { createServer, ListenFault } from '../src/index.js';
import { startServer, until } from './support/test-server.js';

async function startWithAdmin(options: Parameters<typeof startServer>[0] = {}) {
  const started = await startServer({ admin: { port: 0 }, ...options });
  const admin = started.server.address().admin;
  return { ...started, base: `http://127.0.0.1:${admin?.port}` };
}

/** The value of one line of the metrics. */
async function metric(base: string, line: string): Promise<number | undefined> {
  const text = await (await fetch(`${base}/metrics`)).text();
  const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

test('/metrics follows commands, errors, sessions, locks and bytes', async () => {
  const { base, connect } = await startWithAdmin();
  const peer = await connect();
  await peer.call('CREATE', 'visit-1');
  await peer.call('CREATE', 'visit-2');
  await peer.call('CREATE', 'visit-2');
  await peer.call('SUBNEW', 'visit-1');
  await peer.call('SLOCK', 'visit-1');
  await peer.call('DROP', 'visit-2');
  await peer.call('NOSUCH');
  for (const [line, value] of [
    ['msession_commands_total{command="create"}', 3],
    ['msession_command_errors_total{command="create"}', 1],
    ['msession_unknown_commands_total', 1],
    ['msession_sessions', 1],
    ['msession_sub_sessions', 1],
    ['msession_locks_held', 1],
    ['msession_locks_granted_total', 1],
    ['msession_sessions_ended_total{reason="destroyed"}', 1],
    ['msession_connections', 1],
    ['msession_ready', 1],
    ['msession_command_duration_seconds_count{command="create"}', 1],
  ] as const)
    expect([line, await metric(base, line)]).toEqual([line, value]);
  for (const line of ['msession_used_bytes', 'msession_received_bytes_total', 'msession_sent_bytes_total'])
    expect([line, Number(await metric(base, line)) > 0]).toEqual([line, true]);
  const text = await (await fetch(`${base}/metrics`)).text();
  for (const name of ['nodejs_eventloop_lag_seconds', 'process_resident_memory_bytes', 'figure="slabUsedBytes"'])
    expect(text).toContain(name);
});

test('no id, variable name or value is in the metrics', async () => {
  const { base, connect } = await startWithAdmin();
  const peer = await connect();
  await peer.call('CREATE', 'sekret-id');
  await peer.call('SETVAL', 'sekret-id', 'sekret-name', 'sekret-value');
  await peer.call('SLOCK', 'sekret-id', 'NOTE', 'sekret-note');
  await peer.call('FIND', 'sekret-name', 'sekret-value');
  await peer.call('SEKRETCOMMAND');
  expect((await (await fetch(`${base}/metrics`)).text()).toLowerCase()).not.toContain('sekret');
});

test('one call in 64 of a command is timed', async () => {
  const { base, connect } = await startWithAdmin();
  const peer = await connect();
  for (let i = 0; i < 129; i++) await peer.call('PING');
  expect(await metric(base, 'msession_command_duration_seconds_count{command="ping"}')).toBe(3);
  expect(await metric(base, 'msession_command_duration_seconds_bucket{command="ping",le="+Inf"}')).toBe(3);
  const info = String(await peer.call('INFO', 'latencystats'));
  expect(info).toMatch(/latency_percentiles_usec_ping:p50=[\d.]+,p99=[\d.]+,p99\.9=[\d.]+/);
});

test('/healthz and /readyz answer, and /readyz says why it is not ready', async () => {
  const engine = createEmbeddedEngine();
  let health: { isReady: boolean; reason?: string } = { isReady: true };
  engine.health = () => health;
  const { base } = await startWithAdmin({ engine });
  const read = async (path: string) => {
    const answer = await fetch(`${base}${path}`);
    return [answer.status, await answer.text()];
  };
  expect(await read('/healthz')).toEqual([200, 'alive\n']);
  expect(await read('/readyz')).toEqual([200, 'ready\n']);
  health = { isReady: false, reason: 'the disk is full' };
  expect(await read('/readyz')).toEqual([503, 'not ready: the disk is full\n']);
  expect((await read('/healthz'))[0]).toBe(200);
  expect(await metric(base, 'msession_ready')).toBe(0);
});

test('while the server drains /readyz says so', async () => {
  const { base, connect, server } = await startWithAdmin();
  const peer = await connect();
  // a reply that nobody takes keeps the drain waiting
  peer.socket.pause();
  for (let i = 0; i < 40; i++) peer.send('ECHO', 'x'.repeat(4 * 1024 * 1024));
  await until(() => Number(server.figures('clients').client_output_bytes) > 0);
  const closing = server.close({ drainTimeoutMs: 60_000 });
  const answer = await fetch(`${base}/readyz`);
  expect([answer.status, await answer.text()]).toEqual([503, 'not ready: the server is shutting down\n']);
  peer.socket.destroy();
  await closing;
});

test('unknown pages, other methods and bodies get clear refusals', async () => {
  const { base } = await startWithAdmin();
  const nowhere = await fetch(`${base}/nowhere`);
  expect(nowhere.status).toBe(404);
  expect(await nowhere.text()).toContain('/metrics');
  const posted = await fetch(`${base}/metrics`, { method: 'POST', body: 'x'.repeat(100_000) });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  const head = await fetch(`${base}/healthz`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect((await fetch(`${base}/healthz?verbose=1`)).status).toBe(200);
});

test('with a token /metrics wants it, and only it', async () => {
  const { base } = await startWithAdmin({ admin: { port: 0, token: 'correct horse' } });
  const ask = async (authorization?: string) =>
    (await fetch(`${base}/metrics`, authorization === undefined ? {} : { headers: { authorization } })).status;
  expect(await ask()).toBe(401);
  for (const wrong of ['Bearer', 'Bearer wrong', 'Bearer correct', 'Basic correct horse', 'correct horse'])
    expect([wrong, await ask(wrong)]).toEqual([wrong, 401]);
  expect(await ask('Bearer correct horse')).toBe(200);
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
});

/** The status of a page asked for under some name; fetch does not let one choose. */
function statusFor(base: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(`${base}${path}`, { headers }, (answer) => resolve(answer.resume().statusCode)).on('error', reject);
  });
}

test('without a token /metrics is for names of this machine alone, so that no web page can be made to read it', async () => {
  const { base } = await startWithAdmin();
  for (const host of ['localhost', 'LOCALHOST:9090', '127.0.0.1', '127.0.0.1:80', '[::1]:9090'])
    expect([host, await statusFor(base, '/metrics', { host })]).toEqual([host, 200]);
  for (const host of ['rebound.example', 'localhost.rebound.example', '127.0.0.1.rebound.example:9090', '10.0.0.5'])
    expect([host, await statusFor(base, '/metrics', { host })]).toEqual([host, 403]);
  expect(await statusFor(base, '/healthz', { host: 'balancer.example' })).toBe(200);
  const guarded = await startWithAdmin({ admin: { port: 0, token: 'secret' } });
  const authorization = 'Bearer secret';
  expect(await statusFor(guarded.base, '/metrics', { host: 'farm.example', authorization })).toBe(200);
});

test('lists of addresses are for clients: the admin port is not asked', async () => {
  const { base, connect } = await startWithAdmin({ allow: ['10.0.0.0/8'] });
  const peer = await connect();
  expect(await peer.next()).toMatchObject({ code: 'DENIED' });
  await peer.closed;
  expect(await metric(base, 'msession_connections_closed_total{reason="address"}')).toBe(1);
});

test('off loopback it wants a token, and a port that is taken leaves nothing listening', async () => {
  const engine = createEmbeddedEngine();
  await engine.start();
  const open = createServer({ engine, port: 0, admin: { port: 0, host: '0.0.0.0' } });
  await expect(open.listen()).rejects.toMatchObject({ code: 'ADMIN_PROTECTED' });
  await open.close();
  const first = await startWithAdmin();
  const taken = Number(new URL(first.base).port);
  const second = createServer({ engine, port: 0, admin: { port: taken } });
  const fault = await second.listen().catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(ListenFault);
  expect(fault).toMatchObject({ code: 'EADDRINUSE', address: `127.0.0.1:${taken}` });
  await second.close();
  await engine.close();
});
