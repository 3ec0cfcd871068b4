// Two front-ends on one Cluster: whatever a client may rely on with one server, clients spread over both may rely on.
import type { MsessionClient } from '@msession/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RedisCluster } from '../../../../packages/engine-redis/test/support/redis-cluster.js';
import { untilSo } from '../../../../packages/engine-redis/test/support/redis-process.js';
import { Farm, refusal } from './farm.js';

let cluster: RedisCluster;
let farm: Farm;
let tests = 0;

beforeAll(async () => {
  cluster = await RedisCluster.start();
});
afterAll(async () => await cluster?.stop());
afterEach(async () => {
  expect(await farm.stop()).toBe('');
});

async function start(flags: readonly string[] = []): Promise<Farm> {
  farm = await Farm.start({ engine: `redis+cluster://${cluster.addresses}?prefix=farm${++tests}`, flags });
  return farm;
}

/** Resolves when as many requests wait for a lock. */
async function waiters(observer: MsessionClient, id: string, count: number): Promise<void> {
  await untilSo(`${count} wait for the lock`, async () => (await observer.locks(id))[0]?.waiters.length === count);
}

describe('sessions', () => {
  test('are the same on both, with their revisions, variables and searches', async () => {
    const [one, two] = (await start()).clients(2) as [MsessionClient, MsessionClient];
    await one.dataset('visit-1', 'cart', { variables: { user: 'ada', n: 1 }, className: 'shop' });
    expect(await two.getobject('visit-1')).toMatchObject({ class: 'shop', data: 'cart' });
    expect(await two.find('user', 'ada')).toEqual(['visit-1']);
    const [, revision] = await two.dataget('visit-1', { withRevision: true });
    await one.dataset('visit-1', 'more', { ifRev: revision });
    expect(await refusal(two.dataset('visit-1', 'late', { ifRev: revision }))).toBe('STALE');
    expect(await two.count()).toBe(1);
    await two.rename('visit-1', 'visit-2');
    expect(await one.dataget('visit-2')).toBe('more');
    expect(await one.list()).toEqual(['visit-2']);
    expect(await one.dropwhere('user', 'ada')).toBe(1);
    expect(await two.count()).toBe(0);
  });

  test('of hundreds of buckets are counted, listed, searched and dropped from either side', async () => {
    const [one, two] = (await start()).clients(2) as [MsessionClient, MsessionClient];
    const ids = Array.from({ length: 500 }, (_, i) => `visit-${i}`);
    await Promise.all(
      ids.map((id, i) => (i % 2 ? one : two).dataset(id, `${i}`, { variables: { team: `t${i % 5}` } })),
    );
    expect([await one.count(), await two.count()]).toEqual([500, 500]);
    expect((await one.list()).sort()).toEqual([...ids].sort());
    const team = ids.filter((_, i) => i % 5 === 3).sort();
    expect((await one.find('team', 't3')).sort()).toEqual(team);
    expect((await two.find('team', 't3')).sort()).toEqual(team);
    expect(await two.dropwhere('team', 't3', { except: 'visit-3' })).toBe(99);
    expect(await one.find('team', 't3')).toEqual(['visit-3']);
    expect(await one.count()).toBe(401);
  });

  test('that nobody asks for any more expire, and each is told once in all', async () => {
    const [one, two] = (await start()).clients(2) as [MsessionClient, MsessionClient];
    const told: string[] = [];
    const probed: string[] = [];
    const listening = [one, two].map(async (client) => {
      for await (const event of await client.events.subscribe({ names: ['expired'] })) {
        (event.id === 'probe' ? probed : told).push(`${client === one ? 'one' : 'two'} ${event.id}`);
        if (told.length === 40) break;
      }
    });
    void Promise.allSettled(listening);
    await untilSo('both listen', async () => {
      await one.dataset('probe', 'x', { timeoutSeconds: 1 });
      await untilSo('the probe is gone', async () => (await one.ctl('probe', 'EXIST')) === 0);
      return probed.includes('one probe') && probed.includes('two probe');
    });
    for (let i = 0; i < 20; i++) await (i % 2 ? one : two).dataset(`short-${i}`, 'x', { timeoutSeconds: 1 });
    await untilSo('all are told', () => told.length >= 40);
    expect([...told].sort()).toEqual(
      ['one', 'two'].flatMap((side) => Array.from({ length: 20 }, (_, i) => `${side} short-${i}`)).sort(),
    );
    expect(await one.count()).toBe(0);
  });
});

describe('counters', () => {
  test('that 20 clients on both count up and down are exact', async () => {
    const clients = (await start()).clients(20);
    await clients[0]?.create('counters');
    await Promise.all(
      clients.map(async (client, i) => {
        for (let round = 0; round < 25; round++)
          await Promise.all([
            client.inc('counters', 'hits'),
            client.add('counters', 'balance', i % 2 ? 7 : -3),
            client.add('counters', 'large', '9007199254740993'),
          ]);
      }),
    );
    expect(await clients[1]?.getval('counters', 'hits')).toBe('500');
    expect(await clients[1]?.getval('counters', 'balance')).toBe(String(10 * 25 * 7 - 10 * 25 * 3));
    expect(await clients[0]?.getval('counters', 'large')).toBe(String(500n * 9007199254740993n));
  });
});

describe('sub-sessions', () => {
  test('made on both belong to one parent, and end with it', async () => {
    const clients = (await start()).clients(4);
    const [one, two] = clients as [MsessionClient, MsessionClient];
    await one.dataset('window', 'parent', { variables: { user: 'ada' } });
    const made = await Promise.all(clients.flatMap((client) => [client.subnew('window'), client.subnew('window')]));
    expect(new Set(made).size).toBe(8);
    await Promise.all(made.map((sub, i) => clients[i % 4]?.setval(`window/${sub}`, { tab: i })));
    expect((await two.sublist('window')).sort()).toEqual([...made].sort());
    expect(await two.find('tab', '5')).toEqual([`window/${made[5]}`]);
    expect([await one.count(), await two.count()]).toEqual([1, 1]);
    await two.rename('window', 'door');
    expect(await one.getval(`door/${made[2]}`, 'tab')).toBe('2');
    expect(await one.drop('door')).toBe(1);
    expect(await refusal(two.getval(`door/${made[2]}`, 'tab'))).toBe('NOSESSION');
    expect(await two.find('tab', '5')).toEqual([]);
  });
});

/** A thousand changes under one lock, by clients that take turns; answers how many milliseconds that took. */
async function relay(clients: readonly MsessionClient[]): Promise<number> {
  let holders = 0;
  let last = 0;
  let counted = 0;
  const startMs = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let round = 0; round < 1000 / clients.length; round++) {
        const [key, data] = (await client.slock('page', {
          create: true,
          withData: true,
          bind: true,
          waitMs: 60_000,
        })) as unknown as [number, string | null];
        expect(++holders).toBe(1);
        expect(key).toBeGreaterThan(last);
        last = key;
        expect(Number(data ?? 0)).toBe(counted);
        counted++;
        holders--;
        await client.sunlock('page', key, { data: `${counted}` });
      }
    }),
  );
  const tookMs = performance.now() - startMs;
  expect(counted).toBe(1000);
  expect(await clients[0]?.dataget('page')).toBe('1000');
  return tookMs;
}

describe('locks', () => {
  test('are granted in the order in which their requests came, whichever side they came by', async () => {
    const clients = (await start()).clients(9);
    const [holder, ...queue] = clients as [MsessionClient, ...MsessionClient[]];
    const observer = farm.client(1);
    const key = await holder.slock('busy', { create: true });
    const order: number[] = [];
    const keys: number[] = [key];
    const pages: Promise<void>[] = [];
    for (const [i, client] of queue.entries()) {
      pages.push(
        client.slock('busy', { create: true, waitMs: 60_000 }).then(async (granted) => {
          order.push(i);
          keys.push(granted as number);
          await client.sunlock('busy', granted as number, { data: `${i}` });
        }),
      );
      await waiters(observer, 'busy', i + 1);
    }
    await holder.sunlock('busy', key);
    await Promise.all(pages);
    expect(order).toEqual(queue.map((_, i) => i));
    expect(keys).toEqual([...keys].sort((left, right) => left - right));
    expect(new Set(keys).size).toBe(keys.length);
    expect(await observer.dataget('busy')).toBe('7');
  });

  test('1,000 requests of 10 clients on both: one holder at a time, no change lost, keys grow, none starves', async () => {
    const clients = (await start()).clients(10);
    const onBothMs = await relay(clients);
    const alone = await Farm.start({ frontEnds: 1, flags: ['--durability', 'none'] });
    try {
      const aloneMs = await relay(alone.clients(10));
      const [master] = await cluster.masters();
      const trips: number[] = [];
      for (let i = 0; i < 500; i++) {
        const startMs = performance.now();
        await master?.server.call('PING');
        trips.push(performance.now() - startMs);
      }
      const tripMs = trips.sort((left, right) => left - right)[250] as number;
      // figures of a busy machine judge nothing: the bench does, on a quiet one
      console.info(
        `1,000 locks: ${onBothMs.toFixed(0)} ms on two front-ends and a Cluster, ${aloneMs.toFixed(0)} ms embedded; ` +
          `a PING takes ${tripMs.toFixed(3)} ms, so 1.5 times embedded and three round trips a lock are ` +
          `${(1.5 * aloneMs + 3000 * tripMs).toFixed(0)} ms`,
      );
    } finally {
      expect(await alone.stop()).toBe('');
    }
  });

  test('of a client that hangs up are free at once for who waits on the other side', async () => {
    await start();
    const holder = farm.client(0);
    const heir = farm.client(1);
    await holder.slock('bound', { create: true, bind: true, leaseMs: 3_600_000 });
    const granted = heir.slock('bound', { create: true, waitMs: 60_000 });
    await waiters(farm.client(1), 'bound', 1);
    holder.destroy();
    expect(await granted).toBeGreaterThan(0);
  });

  test('that a front-end held when it was killed are free within its renewed lease, and its waiters are passed over', async () => {
    await start();
    const holder = farm.client(0);
    const lost = farm.client(0);
    const heir = farm.client(1);
    const observer = farm.client(1);
    const stale = (await holder.slock('orphan', { create: true, bind: true, leaseMs: 3_600_000 })) as number;
    const unbound = (await lost.slock('kept', { create: true, leaseMs: 3_600_000 })) as number;
    const never = lost.slock('orphan', { create: true, bind: true, waitMs: 3_000_000 });
    never.catch(() => undefined);
    await waiters(observer, 'orphan', 1);
    const granted = heir.slock('orphan', { create: true, waitMs: 60_000 });
    await waiters(observer, 'orphan', 2);
    farm.daemons[0]?.child.kill('SIGKILL');
    const key = (await granted) as number;
    expect(key).toBeGreaterThan(stale);
    expect(await heir.sunlock('orphan', key, { data: 'mine' })).toBe(1);
    expect(await refusal(observer.sunlock('orphan', stale, { data: 'late' }))).toBe('NOWLOCK');
    expect(await observer.dataget('orphan')).toBe('mine');
    // what nobody bound to a connection stands as long as was asked for
    expect(await refusal(observer.slock('kept', { create: true }))).toBe('LOCKED');
    expect(await observer.sunlock('kept', unbound, { data: 'known key' })).toBe(1);
  });
});
