import { expect, it } from 'vitest';
import { WaitingRoom } from './waiting-room.js';

function task() {
  let finish = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { done, finish };
}

const limits = { waitMs: 60_000, signal: undefined };

it('lets as many wait as there are seats, the others in order of arrival', async () => {
  const room = new WaitingRoom(2, 10);
  const tasks = [task(), task(), task(), task()];
  const begun: number[] = [];
  const runs = tasks.map((one, i) =>
    room.run('a', limits, () => {
      begun.push(i);
      return one.done;
    }),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  tasks[1]?.finish();
  await runs[1];
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  tasks[0]?.finish();
  tasks[2]?.finish();
  await runs[2];
  tasks[3]?.finish();
  await Promise.all(runs);
  expect(begun).toEqual([0, 1, 2, 3]);
});

it('keeps sessions apart', async () => {
  const room = new WaitingRoom(1, 1);
  const first = task();
  const run = room.run('a', limits, () => first.done);
  expect(await room.run('b', limits, async () => 'b')).toBe('b');
  first.finish();
  await run;
});

it('gives the seat on when the work fails', async () => {
  const room = new WaitingRoom(1, 1);
  const failing = room.run('a', limits, () => Promise.reject(new Error('no')));
  const next = room.run('a', limits, async () => 'next');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('next');
});

it('refuses one too many, and lets go of those who hang up', async () => {
  const room = new WaitingRoom(1, 1);
  const first = task();
  const run = room.run('a', limits, () => first.done);
  const hangUp = new AbortController();
  const second = room.run('a', { waitMs: 60_000, signal: hangUp.signal }, async () => 'second');
  await expect(room.run('a', limits, async () => 'third')).rejects.toMatchObject({ code: 'LOCK_BUSY' });
  hangUp.abort(new Error('hung up'));
  await expect(second).rejects.toThrow('hung up');
  const fourth = room.run('a', limits, async () => 'fourth');
  first.finish();
  await run;
  expect(await fourth).toBe('fourth');
});

it('counts the time in line as waiting', async () => {
  const room = new WaitingRoom(1, 1);
  const first = task();
  const run = room.run('a', limits, () => first.done);
  const impatient = room.run('a', { waitMs: 1, signal: undefined }, async () => 'never');
  await expect(impatient).rejects.toMatchObject({ code: 'LOCK_TIMEOUT', statusCode: 503 });
  first.finish();
  await run;
});
