import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { relayConnection } from './connection-events.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class FakeClient extends EventEmitter {
  readonly connect = vi.fn(() => Promise.reject(new Error('refused')));
}

it('says when the client has given up, looks for the way back by itself, and says when it is found', async () => {
  const client = new FakeClient();
  const store = new EventEmitter();
  const said: string[] = [];
  for (const event of ['connect', 'disconnect']) store.on(event, () => said.push(event));
  relayConnection(client, store);

  client.emit('ready');
  expect(said).toEqual([]);
  client.emit('failed');
  expect(said).toEqual(['disconnect']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(client.connect).toHaveBeenCalledTimes(1);
  client.emit('failed');
  await vi.advanceTimersByTimeAsync(1000);
  expect(client.connect).toHaveBeenCalledTimes(2);
  expect(said).toEqual(['disconnect']);
  client.emit('ready');
  expect(said).toEqual(['disconnect', 'connect']);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(client.connect).toHaveBeenCalledTimes(2);
});

it('does not look for the way back of a client that was closed', async () => {
  const client = new FakeClient();
  const store = new EventEmitter();
  const said = vi.fn();
  store.on('disconnect', said);
  relayConnection(client, store);
  client.emit('failed');
  client.emit('closed');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(client.connect).not.toHaveBeenCalled();
  expect(said).toHaveBeenCalledTimes(1);
});
