import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../test/test-server.js';
import type { EventSubscription } from './session-events.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function take(subscription: EventSubscription, count: number): Promise<string[]> {
  const seen: string[] = [];
  for (let i = 0; i < count; i++) {
    const { value } = await subscription.next();
    seen.push(`${value.name} ${value.id}${value.newId === undefined ? '' : ` ${value.newId}`}`);
  }
  return seen;
}

describe('events', () => {
  test('each subscription gets what it asked for, in order', async () => {
    const client = server.client();
    const all = await client.events.subscribe();
    const some = await client.events.subscribe({ names: ['destroyed', 'renamed'] });
    await client.create('e1');
    await client.rename('e1', 'e2');
    await client.drop('e2');
    expect(await take(all, 3)).toEqual(['created e1', 'renamed e1 e2', 'destroyed e2']);
    expect(await take(some, 2)).toEqual(['renamed e1 e2', 'destroyed e2']);
    all.close();
    await client.create('e3');
    await client.drop('e3');
    expect(await take(some, 1)).toEqual(['destroyed e3']);
    expect((await all.next()).done).toBe(true);
    some.close();
    await client.close();
  });

  test('the data comes along where it was asked for', async () => {
    const client = server.client();
    const plain = await client.events.subscribe({ names: ['destroyed'] });
    const withData = await client.events.subscribe({
      names: ['destroyed', 'renamed'],
      withData: true,
      encoding: 'buffer',
    });
    await client.dataset('d1', Buffer.from([0, 200]));
    await client.rename('d1', 'd2');
    await client.drop('d2');
    const renamed = (await withData.next()).value;
    expect(renamed).toMatchObject({ name: 'renamed', id: Buffer.from('d1'), newId: Buffer.from('d2') });
    expect((await withData.next()).value).toMatchObject({ name: 'destroyed', data: Buffer.from([0, 200]) });
    const { value } = await plain.next();
    expect(value).toEqual({ name: 'destroyed', id: 'd2', atMs: expect.any(Number) });
    await client.close();
  });

  test('subscriptions outlive the connection', async () => {
    const client = server.client({ reconnect: { initialDelayMs: 1, maxDelayMs: 2 } });
    const other = server.client();
    const events = await client.events.subscribe({ names: ['created'] });
    const isBack = new Promise((resolve) => client.once('disconnected', () => client.once('ready', resolve)));
    await other.clientKill({ clientId: await client.clientId() });
    await isBack;
    // its turn in the pipeline comes after EVENTS ON
    await client.ping();
    await other.create('back');
    expect(await take(events, 1)).toEqual(['created back']);
    await client.close();
    expect((await events.next()).done).toBe(true);
  });

  test('leaving the loop, aborting and too many unread events end a subscription', async () => {
    const client = server.client();
    const loop = await client.events.subscribe({ names: ['created'] });
    await client.create('first');
    for await (const event of loop) {
      expect(event.id).toBe('first');
      break;
    }
    const controller = new AbortController();
    const aborted = await client.events.subscribe({ signal: controller.signal });
    controller.abort();
    expect((await aborted.next()).done).toBe(true);
    const small = await client.events.subscribe({ names: ['created'], maxBuffered: 2 });
    for (const id of ['o1', 'o2', 'o3']) await client.create(id);
    expect(await take(small, 2)).toEqual(['created o1', 'created o2']);
    await expect(small.next()).rejects.toMatchObject({ code: 'EVENTS_OVERFLOW' });
    expect((await small.next()).done).toBe(true);
    await client.close();
  }, 10_000);

  test('a name that is no event is refused', async () => {
    const client = server.client();
    const names = ['explodes'] as unknown as ['created'];
    await expect(client.events.subscribe({ names })).rejects.toMatchObject({ code: 'ARGUMENT' });
  });
});
