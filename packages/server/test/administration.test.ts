import { ManualClock } from '@msession/engine/conformance';
import { commandList, commands, encodeRequest, ReplyError, ReplyMap, type ReplyValue } from '@msession/protocol';
import { expect, test } from 'vitest';
import { type RespPeer, text } from './support/resp-peer.js';
import { figure, startServer, turn, until } from './support/test-server.js';

function pairs(reply: ReplyValue): Record<string, string> {
  const items = (reply as readonly ReplyValue[]).map(text);
  return Object.fromEntries(items.flatMap((item, i) => (i % 2 === 0 ? [[item, items[i + 1] ?? '']] : [])));
}

/** The next line that a monitor prints. */
async function line(monitor: RespPeer): Promise<string> {
  return text(await monitor.next());
}

test('HELLO switches between RESP2 and RESP3 and says who answers', async () => {
  const { connect } = await startServer({ version: '9.8.7' });
  const peer = await connect();
  const greeting = (await peer.call('HELLO', 3)) as ReplyMap;
  expect(greeting).toBeInstanceOf(ReplyMap);
  expect(text(greeting.get('server') ?? null)).toBe('msession');
  expect(text(greeting.get('version') ?? null)).toBe('9.8.7');
  expect(greeting.get('proto')).toBe(3);
  await peer.call('CREATE', 'a');
  await peer.call('SETVAL', 'a', 'x', '1');
  expect(await peer.call('GETALL', 'a')).toBeInstanceOf(ReplyMap);
  expect(Array.isArray(await peer.call('HELLO', 2))).toBe(true);
  expect(await peer.call('GETALL', 'a')).toEqual([Buffer.from('x'), Buffer.from('1')]);
});

test('CLIENT names, numbers and lists connections', async () => {
  const { connect } = await startServer();
  const [one, two] = [await connect(), await connect()];
  const id = Number(await one.call('CLIENT', 'ID'));
  expect(Number(await two.call('CLIENT', 'ID'))).toBeGreaterThan(id);
  expect(await one.call('CLIENT', 'GETNAME')).toBeNull();
  expect(await one.call('CLIENT', 'SETNAME', 'shop-1')).toBe('OK');
  expect(await one.call('CLIENT', 'SETNAME', 'two words')).toBeInstanceOf(ReplyError);
  expect(await one.call('CLIENT', 'SETINFO', 'LIB-NAME', 'curious')).toBe('OK');
  expect(await one.call('CLIENT', 'NO-EVICT', 'ON')).toBe('OK');
  const lines = text(await two.call('CLIENT', 'LIST'))
    .trim()
    .split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain(`id=${id} `);
  expect(lines[0]).toContain(' name=shop-1 ');
  expect(lines[0]).toContain(' lib-name=curious ');
  expect(lines[0]).toContain(' cmd=client ');
});

test('CLIENT KILL closes by number and by address, not oneself unless told to', async () => {
  const { connect } = await startServer();
  const [admin, one, two] = [await connect(), await connect(), await connect()];
  expect(await admin.call('CLIENT', 'KILL', 'ID', Number(await one.call('CLIENT', 'ID')))).toBe(1);
  await one.closed;
  const address = `127.0.0.1:${two.socket.localPort}`;
  expect(await admin.call('CLIENT', 'KILL', address)).toBe('OK');
  await two.closed;
  expect(await admin.call('CLIENT', 'KILL', address)).toBeInstanceOf(ReplyError);
  expect(await admin.call('CLIENT', 'KILL', 'USER', 'default')).toBe(0);
  expect(await admin.call('CLIENT', 'KILL', 'USER', 'default', 'SKIPME', 'no')).toBe(1);
  await admin.closed;
});

test('a killed connection lets go of its locks', async () => {
  const { connect } = await startServer();
  const [admin, holder] = [await connect(), await connect()];
  await holder.call('CREATE', 'a');
  await holder.call('SLOCK', 'a', 'BIND');
  await admin.call('CLIENT', 'KILL', 'ID', Number(await holder.call('CLIENT', 'ID')));
  await holder.closed;
  expect(Number(await admin.call('SLOCK', 'a', 'WAIT', 10_000))).toBeGreaterThan(0);
});

test('CONFIG GET matches patterns, CONFIG SET changes all or none', async () => {
  const { connect, server, engine } = await startServer({
    settings: { 'data-dir': { get: () => '/somewhere' } },
  });
  const peer = await connect();
  expect(pairs(await peer.call('CONFIG', 'GET', 'save', 'appendonly'))).toEqual({ save: '', appendonly: 'no' });
  expect(pairs(await peer.call('CONFIG', 'GET', 'data-*'))).toEqual({ 'data-dir': '/somewhere' });
  expect(await peer.call('CONFIG', 'SET', 'max-clients', '50', 'max-value-size', '1mb')).toBe('OK');
  expect(server.limits.maxClients).toBe(50);
  expect(engine.limits.maxValueBytes).toBe(1024 * 1024);
  const refused = await peer.call('CONFIG', 'SET', 'max-clients', '60', 'evict', 'sometimes');
  expect(String((refused as ReplyError).message)).toContain("setting 'evict' must be one of none lru ttl");
  expect(server.limits.maxClients).toBe(50);
  expect((await peer.call('CONFIG', 'SET', 'data-dir', '/else')) as ReplyError).toHaveProperty(
    'message',
    expect.stringContaining('cannot change while the server runs'),
  );
});

test('INFO has what ready checks read, by section', async () => {
  const { connect } = await startServer();
  const peer = await connect();
  await peer.call('CREATE', 'a');
  const info = text(await peer.call('INFO'));
  for (const field of [
    'redis_version:7',
    'loading:0',
    'used_memory_rss:',
    'connected_clients:1',
    'sessions:1',
    'engine:embedded',
  ])
    expect(info).toContain(field);
  expect(info).not.toContain('cmdstat_');
  const statistics = text(await peer.call('INFO', 'commandstats'));
  expect(statistics).toContain('cmdstat_create:calls=1,failed_calls=0');
  expect(statistics).not.toContain('# Server');
  await peer.call('CREATE', 'a');
  expect(text(await peer.call('INFO', 'commandstats'))).toContain('cmdstat_create:calls=2,failed_calls=1');
  await peer.call('CONFIG', 'RESETSTAT');
  expect(text(await peer.call('INFO', 'commandstats'))).not.toContain('cmdstat_create');
});

test('MONITOR shows commands with ids hashed and values left out', async () => {
  const { connect } = await startServer({ password: 'hush hush' });
  const [monitor, peer] = [await connect(), await connect()];
  await monitor.call('AUTH', 'hush hush');
  expect(await monitor.call('MONITOR')).toBe('OK');
  peer.raw(
    Buffer.concat(
      [
        ['AUTH', 'hush hush'],
        ['DATASET', 'secret-id', 'secret-data', 'VARS', '1', 'cart', 'secret-value', 'TIMEOUT', '60'],
        ['SLOCK', 'secret-id', 'NOTE', 'http://shop/page?token=secret'],
        ['FIND', 'cart', 'secret-value'],
        ['FROB', 'secret-word'],
      ].map((words) => encodeRequest(words)),
    ),
  );
  const lines = [
    await line(monitor),
    await line(monitor),
    await line(monitor),
    await line(monitor),
    await line(monitor),
  ];
  expect(lines.join('\n')).not.toContain('secret');
  expect(lines.join('\n')).not.toContain('hush');
  expect(lines[0]).toMatch(/^\d+\.\d{6} \[0 127\.0\.0\.1:\d+\] "AUTH" "<9 bytes>"$/);
  expect(lines[1]).toMatch(/"DATASET" "#[0-9a-f]+" "<11 bytes>" "VARS" "1" "cart" "<12 bytes>" "TIMEOUT" "60"$/);
  expect(lines[2]).toContain('"NOTE" "http://shop/page"');
  expect(/#[0-9a-f]+/.exec(lines[1] ?? '')?.[0]).toBe(/#[0-9a-f]+/.exec(lines[2] ?? '')?.[0]);
  expect(lines[3]).toMatch(/"FIND" "cart" "<12 bytes>"$/);
  expect(lines[4]).toMatch(/"FROB" "<11 bytes>"$/);
});

test('MONITOR shows ids where show-ids is on, and ends with RESET', async () => {
  const { connect } = await startServer({ showIds: true });
  const [monitor, peer] = [await connect(), await connect()];
  await monitor.call('MONITOR');
  await peer.call('CREATE', 'visit-1');
  expect(await line(monitor)).toContain('"CREATE" "visit-1"');
  expect(await monitor.call('RESET')).toBe('RESET');
  await peer.call('CREATE', 'visit-2');
  await turn();
  expect(await monitor.call('PING')).toBe('PONG');
});

test('SLOWLOG keeps what took long, newest first, without values', async () => {
  const { connect } = await startServer({ limits: { slowlogThresholdMs: 0, slowlogLength: 3 } });
  const peer = await connect();
  await peer.call('CLIENT', 'SETNAME', 'web');
  for (const id of ['a', 'b', 'c', 'd']) await peer.call('CREATE', id, 'DATA', 'secret');
  expect(await peer.call('SLOWLOG', 'LEN')).toBe(3);
  const entries = (await peer.call('SLOWLOG', 'GET', 2)) as readonly (readonly ReplyValue[])[];
  expect(entries).toHaveLength(2);
  const [number, at, microseconds, words, , name] = entries[1] ?? [];
  expect(Number(entries[0]?.[0])).toBe(Number(number) + 1);
  expect(Number(at)).toBeGreaterThan(1.7e9);
  expect(Number(microseconds)).toBeGreaterThanOrEqual(0);
  expect((words as readonly ReplyValue[]).map(text)).toEqual([
    'CREATE',
    expect.stringMatching(/^#/),
    'DATA',
    '<6 bytes>',
  ]);
  expect(text(name ?? null)).toBe('web');
  expect(await peer.call('SLOWLOG', 'RESET')).toBe('OK');
  await peer.call('CONFIG', 'SET', 'slowlog-threshold', '-1');
  await peer.call('SLOWLOG', 'RESET');
  await peer.call('COUNT');
  expect(await peer.call('SLOWLOG', 'LEN')).toBe(0);
});

test('EVENTS pushes what happens, and needs RESP3', async () => {
  const clock = new ManualClock();
  const { connect } = await startServer({ clock });
  const [old, listener, peer] = [await connect(2), await connect(3), await connect(2)];
  expect(await old.call('EVENTS', 'ON')).toBeInstanceOf(ReplyError);
  expect(await listener.call('EVENTS', 'ON', 'created', 'destroyed', 'DATA')).toBe('OK');
  await peer.call('CREATE', 'a', 'DATA', 'd');
  await peer.call('SLOCK', 'a');
  await peer.call('DROP', 'a');
  const created = await listener.nextPush();
  expect(created.slice(0, 3).map(text)).toEqual(['event', 'created', 'a']);
  expect(created[3]).toBe(clock.wallMs());
  const destroyed = await listener.nextPush();
  expect(destroyed.slice(0, 3).map(text)).toEqual(['event', 'destroyed', 'a']);
  expect(destroyed[4]).toEqual(Buffer.from('d'));
  expect(await listener.call('EVENTS', 'OFF')).toBe('OK');
  await peer.call('CREATE', 'b');
  expect(await listener.call('PING')).toBe('PONG');
  expect(listener.pendingPushes).toBe(0);
});

test('the subscription of a connection that is gone is gone, too', async () => {
  const { connect, server } = await startServer();
  const [listener, peer] = [await connect(3), await connect()];
  await listener.call('EVENTS', 'ON');
  expect(figure(server, 'clients', 'event_subscribers')).toBe(1);
  await listener.hangUp();
  await until(() => figure(server, 'clients', 'event_subscribers') === 0);
  expect(await peer.call('CREATE', 'a')).toBe('OK');
});

test('COMMAND describes every command of the table', async () => {
  const peer = await (await startServer()).connect(3);
  expect(await peer.call('COMMAND', 'COUNT')).toBe(commandList.length);
  const names = ((await peer.call('COMMAND', 'LIST')) as readonly ReplyValue[]).map(text);
  expect(names).toEqual(commandList.map((spec) => spec.name.toLowerCase()));
  expect(await peer.call('COMMAND')).toHaveLength(commandList.length);
  const [rename, none] = (await peer.call('COMMAND', 'INFO', 'rename', 'nope')) as readonly (readonly ReplyValue[])[];
  expect(none).toBeNull();
  expect(text(rename?.[0] ?? null)).toBe('rename');
  expect([rename?.[1], rename?.[3], rename?.[4], rename?.[5]]).toEqual([3, 1, 2, 1]);
  const docs = (await peer.call('COMMAND', 'DOCS', 'slock')) as ReplyMap;
  const slock = docs.get('slock') as ReplyMap;
  expect(text(slock.get('summary') ?? null)).toBe('Takes the lock of a session.');
  expect(slock.get('arguments')).toHaveLength(commands.SLOCK.arguments.length);
  expect(await peer.call('COMMAND', 'GETKEYS', 'RENAME', 'a', 'b')).toEqual([Buffer.from('a'), Buffer.from('b')]);
  expect(await peer.call('COMMAND', 'GETKEYS', 'COUNT')).toBeInstanceOf(ReplyError);
});

test('SHUTDOWN answers OK and asks whoever runs the server', async () => {
  let requests = 0;
  const { connect } = await startServer({ onShutdownRequest: () => requests++ });
  expect(await (await connect()).call('SHUTDOWN')).toBe('OK');
  await until(() => requests === 1);
});
