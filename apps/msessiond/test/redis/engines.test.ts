// One front-end and the ways to run Redis: a server that stops, hangs and comes back; Sentinel; TLS with users; tenants by
// prefix; and what is said to whoever asks meanwhile.
import { afterEach, describe, expect, test } from 'vitest';
import { indexFaults } from '../../../../packages/engine-redis/test/support/index-faults.js';
import { PretendedRedis } from '../../../../packages/engine-redis/test/support/pretended-redis.js';
import { RedisProcess, untilSo } from '../../../../packages/engine-redis/test/support/redis-process.js';
import { startGuardedRedis, startSingleRedis } from '../../../../packages/engine-redis/test/support/redis-single.js';
import { SentinelGroup } from '../../../../packages/engine-redis/test/support/sentinel-group.js';
import { runToEnd } from '../support/daemon-process.js';
import { Farm, type FarmOptions, refusal } from './farm.js';

const opened: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop();
});

function kept<Opened extends { stop(): Promise<unknown> }>(each: Opened): Opened {
  opened.push(each);
  return each;
}

const start = async (options: FarmOptions) => kept(await Farm.start({ frontEnds: 1, ...options }));

describe('an engine that cannot be reached', () => {
  test('is said so, by commands, /readyz and metrics, and comes back by itself', async () => {
    const server = kept(await startSingleRedis(['appendonly yes', 'appendfsync always']));
    const farm = await start({ engine: `redis://127.0.0.1:${server.port}`, flags: ['--engine-timeout', '500ms'] });
    const client = farm.client();
    await client.dataset('visit-1', 'kept');
    expect(await farm.page('/readyz')).toEqual({ status: 200, body: 'ready\n' });

    await server.kill();
    await untilSo('it is not ready', async () => (await farm.page('/readyz')).status === 503);
    expect((await farm.page('/readyz')).body).toMatch(/^not ready: .*redis/i);
    expect((await farm.page('/healthz')).status).toBe(200);
    expect((await farm.page('/metrics')).body).toMatch(/^msession_ready 0$/m);
    expect(await refusal(client.dataget('visit-1'))).toBe('UNAVAILABLE');
    expect(await refusal(client.dataset('visit-1', 'x'))).toBe('UNAVAILABLE');
    expect(await refusal(client.slock('visit-1', { waitMs: 60_000 }))).toBe('UNAVAILABLE');
    expect(await refusal(client.count())).toBe('UNAVAILABLE');
    expect(await client.ping()).toBe('PONG');

    await server.restart();
    await untilSo('it is ready again', async () => (await farm.page('/readyz')).status === 200);
    expect(await client.dataget('visit-1')).toBe('kept');
    expect(await client.dataset('visit-1', 'after')).toBe('OK');
    expect((await farm.page('/metrics')).body).toMatch(/^msession_ready 1$/m);
  });

  test('since it hangs is said so when its time is over, and waiters get their locks when it goes on', async () => {
    const server = kept(await startSingleRedis());
    const farm = await start({ engine: `redis://127.0.0.1:${server.port}`, flags: ['--engine-timeout', '300ms'] });
    const client = farm.client();
    const key = (await client.slock('visit-1', { create: true })) as number;
    server.freeze();
    expect(await refusal(client.dataget('visit-1'))).toBe('UNAVAILABLE');
    await untilSo('it is not ready', async () => (await farm.page('/readyz')).status === 503);
    server.thaw();
    await untilSo('it is ready again', async () => (await farm.page('/readyz')).status === 200);
    expect(await client.sunlock('visit-1', key, { data: 'written' })).toBe(1);
    expect(await client.dataget('visit-1')).toBe('written');
  });

  test('at the start: the daemon waits for it, and is ready when it is there', async () => {
    const server = kept(await startSingleRedis());
    await server.kill();
    const starting = Farm.start({ frontEnds: 1, engine: `redis://127.0.0.1:${server.port}` });
    await server.restart();
    const farm = kept(await starting);
    expect(await farm.client().dataset('visit-1', 'x')).toBe('OK');
  });

  test('waiters of a server that dies are told, and their places are nobody’s', async () => {
    const server = kept(await startSingleRedis());
    const farm = await start({ engine: `redis://127.0.0.1:${server.port}`, flags: ['--engine-timeout', '300ms'] });
    const [holder, waiter, other] = [farm.client(), farm.client(), farm.client()];
    await holder.slock('visit-1', { create: true });
    const waiting = waiter.slock('visit-1', { create: true, waitMs: 2000 });
    waiting.catch(() => undefined);
    await untilSo('it waits', async () => (await other.locks('visit-1'))[0]?.waiters.length === 1);
    await server.kill();
    expect(await refusal(waiting)).toBe('UNAVAILABLE');
    // it had kept nothing on disk: the lock went with it
    await server.restart();
    await untilSo('it is ready again', async () => (await farm.page('/readyz')).status === 200);
    expect(await other.slock('visit-1', { create: true })).toBeGreaterThan(0);
  });
});

test('Sentinels lead to the master, and to the next one when it dies', async () => {
  const group = kept(await SentinelGroup.start());
  const farm = await start({
    engine: `redis+sentinel://${group.sentinelAddresses}/${group.name}?prefix=watched`,
    frontEnds: 2,
    flags: ['--engine-replicas-ack', '1'],
  });
  const [one, two] = [farm.client(0), farm.client(1)];
  await one.dataset('visit-1', 'before', { variables: { user: 'ada' } });
  const stale = (await two.slock('page', { create: true, bind: true, leaseMs: 600_000 })) as number;
  const master = await group.master();
  await master.kill();
  const promoted = await group.promoted(master);
  // alone as it is it cannot promise a replica's copy: writes wait for one to be there again
  await master.restart();
  await untilSo('the old master follows', async () => (await promoted.info('replication', 'connected_slaves')) === '1');
  for (const [side, client] of [one, two].entries())
    await untilSo('writes go to the new master', async () => {
      const done = await client.dataset(`after-${side}`, 'x').catch(() => null);
      return done === 'OK';
    });
  expect(await two.dataget('visit-1')).toBe('before');
  expect(await two.find('user', 'ada')).toEqual(['visit-1']);
  expect(await two.sunlock('page', stale, { data: 'still mine' })).toBe(1);
  const key = (await one.slock('page')) as number;
  expect(key).toBeGreaterThan(stale);
  expect(await refusal(two.sunlock('page', stale, { data: 'late' }))).toBe('NOWLOCK');
  expect(await indexFaults([promoted], 'watched')).toEqual([]);
});

test('a change that no replica has in time is UNAVAILABLE, and stands; reads go on', async () => {
  const server = kept(await startSingleRedis());
  const farm = await start({
    engine: `redis://127.0.0.1:${server.port}`,
    flags: ['--engine-replicas-ack', '1', '--engine-timeout', '500ms'],
  });
  const client = farm.client();
  const written = client.dataset('visit-1', 'x');
  await expect(written).rejects.toThrow(/^done, but not known/);
  expect(await client.dataget('visit-1')).toBe('x');
  const replica = kept(await RedisProcess.start({ config: [`replicaof 127.0.0.1 ${server.port}`] }));
  await untilSo('it follows', async () => (await replica.info('replication', 'master_link_status')) === 'up');
  await untilSo('changes are confirmed', async () => {
    const done = await client.dataset('visit-1', 'y').catch(() => null);
    return done === 'OK';
  });
  expect((await replica.texts('KEYS', '*visit-1')).length).toBe(1);
});

test('a server that is too old is refused at the start, by its version and the one that is needed', async () => {
  const server = kept(await PretendedRedis.start('redis_version:5.0.14'));
  const { code, stdout, stderr } = await runToEnd({
    flags: ['--port', '0', '--log-level', 'silent'],
    environment: { MSESSION_ENGINE: `redis://127.0.0.1:${server.port}` },
  });
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr:
      `msessiond: Redis 5.0.14 at 127.0.0.1:${server.port} is too old: ` +
      'msession needs Redis 6.2 or later, or Valkey (setting engine)\n',
  });
});

describe('behind TLS, with users', () => {
  /** What docs/operations.md says that its user needs. */
  const rules =
    '+@all -@admin -@dangerous +info +role +cluster|slots +cluster|shards +cluster|nodes +cluster|info'.split(' ');

  test('a front-end needs its prefix and no more; the password is shown nowhere', async () => {
    const { server, certificates, user } = await startGuardedRedis({ prefix: 'shop:', rules });
    kept(server);
    const secret = encodeURIComponent(user.password);
    const engine = `rediss://${user.username}:${secret}@localhost:${server.port}/0?prefix=shop`;
    const farm = await start({
      engine,
      flags: ['--engine-tls-ca', certificates.authority.certificateFile, '--log-level', 'debug'],
    });
    const client = farm.client();
    await client.dataset('visit-1', 'x', { variables: { user: 'ada' } });
    expect(await client.find('user', 'ada')).toEqual(['visit-1']);
    const key = (await client.slock('visit-1', { bind: true })) as number;
    const waiting = farm.client().slock('visit-1', { waitMs: 60_000 });
    await untilSo('it waits', async () => (await client.locks('visit-1'))[0]?.waiters.length === 1);
    await client.sunlock('visit-1', key);
    expect(await waiting).toBeGreaterThan(key);
    expect((await client.configGet('engine')).get('engine')).toBe(
      `rediss://***@localhost:${server.port}/0?prefix=shop`,
    );
    const shown = [
      await client.info(['all']),
      [...(await client.configGet('*'))].join('\n'),
      (await farm.page('/metrics')).body,
    ];
    const log = farm.daemons[0]?.stderr ?? '';
    for (const text of [...shown, log]) {
      expect(text).not.toContain(user.password);
      expect(text).not.toContain(secret);
    }
    expect(log).not.toBe('');
  });

  test('the password may stand apart from the address', async () => {
    const administrator = { username: 'default', password: 'apart' };
    const server = kept(await RedisProcess.start({ config: ['requirepass apart'], administrator }));
    const farm = await start({
      engine: `redis://127.0.0.1:${server.port}`,
      environment: { MSESSION_ENGINE_PASSWORD: 'apart' },
    });
    expect(await farm.client().dataset('visit-1', 'x')).toBe('OK');
    expect((await farm.client().configGet('engine*')).has('engine-password')).toBe(false);
  });

  test('who is not let in is told at the start, in one line without the password', async () => {
    const { server, certificates, user } = await startGuardedRedis({ prefix: 'shop:', rules });
    kept(server);
    const wrong = await runToEnd({
      flags: ['--port', '0', '--log-level', 'silent', '--engine-tls-ca', certificates.authority.certificateFile],
      environment: { MSESSION_ENGINE: `rediss://${user.username}:wrong@localhost:${server.port}?prefix=shop` },
    });
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(/^msessiond: .*(password|WRONGPASS).*\(setting engine\)\n$/);
    expect(wrong.stderr).not.toContain('wrong@');
    const stranger = await runToEnd({
      flags: ['--port', '0', '--log-level', 'silent'],
      environment: { MSESSION_ENGINE: `rediss://${user.username}:x@localhost:${server.port}?prefix=shop` },
    });
    expect(stranger).toMatchObject({ code: 1, stdout: '' });
    expect(stranger.stderr).toMatch(/^msessiond: .*certificate.*\(setting engine.*\)\n$/);
  });
});

test('tenants with prefixes of their own see nothing of each other on one server', async () => {
  const server = kept(await startSingleRedis());
  const [shop, blog] = await Promise.all(
    ['shop', 'blog'].map((prefix) => start({ engine: `redis://127.0.0.1:${server.port}/2?prefix=${prefix}` })),
  );
  if (shop === undefined || blog === undefined) throw new Error('there are no tenants');
  const [one, two] = [shop.client(), blog.client()];
  await one.dataset('visit-1', 'of the shop', { variables: { user: 'ada' } });
  await two.dataset('visit-1', 'of the blog', { variables: { user: 'ada' } });
  await one.setval('globals', { motto: 'buy' });
  expect([await one.dataget('visit-1'), await two.dataget('visit-1')]).toEqual(['of the shop', 'of the blog']);
  expect(await two.getval('globals', 'motto')).toBeNull();
  const key = (await one.slock('visit-1')) as number;
  expect(await two.slock('visit-1')).toBeGreaterThan(0);
  expect(await two.dropwhere('user', 'ada')).toBe(1);
  expect([await one.count(), await two.count()]).toEqual([1, 0]);
  expect(await one.sunlock('visit-1', key)).toBe(1);
  const foreign = await server.texts('KEYS', '*');
  expect(foreign).toEqual([]);
  await server.call('SELECT', 2);
  const keys = await server.texts('KEYS', '*');
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.filter((each) => !/^(shop|blog):/.test(each))).toEqual([]);
});
