import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEmbeddedEngine } from './embedded/embedded-engine.js';
import type { Engine } from './engine.js';
import { connectLocally } from './local-caller.js';

let engine: Engine;

beforeEach(async () => {
  engine = createEmbeddedEngine();
  await engine.start();
});

afterEach(() => engine.close());

test('answers decoded values, and throws refusals with their code', async () => {
  const local = connectLocally(engine);
  expect(await local.call('create', 'visit-1')).toBe('OK');
  expect(await local.call('SETVAL', 'visit-1', 'bytes', Buffer.of(0, 255, 13, 10))).toBe('OK');
  expect(await local.call('GETVAL', 'visit-1', 'bytes')).toEqual(Buffer.of(0, 255, 13, 10));
  await expect(local.call('GETVAL', 'visit-2', 'bytes')).rejects.toMatchObject({ code: 'NOSESSION' });
  await expect(local.call('GETVALL', 'visit-2')).rejects.toMatchObject({ code: 'ERR' });
});

test('waits for a lock, which goes with its caller', async () => {
  const first = connectLocally(engine);
  const second = connectLocally(engine);
  await first.call('SLOCK', 'visit-1', 'CREATE', 'BIND');
  const waiting = second.call('SLOCK', 'visit-1', 'CREATE', 'WAIT', 10_000);
  expect(first.close()).toBe(1);
  expect(await waiting).toBeGreaterThan(0);
});

test('hands out the pushes of ASYNC requests', async () => {
  const local = connectLocally(engine);
  const pushed = new Promise((resolve) => {
    local.onPush = resolve;
  });
  const ticket = await local.call('SLOCK', 'visit-1', 'CREATE', 'ASYNC');
  expect(await pushed).toEqual([
    Buffer.from('lock'),
    ticket,
    Buffer.from('visit-1'),
    Buffer.from('OK'),
    expect.any(Number),
    null,
  ]);
});
