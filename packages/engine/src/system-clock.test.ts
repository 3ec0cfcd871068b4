import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import { systemClock } from './system-clock.js';

/** Lists of timers that Node holds: one for each delay. */
function timerLists(): number {
  const timer = setTimeout(() => undefined, 123_457);
  const list = (timer as unknown as { _idleNext: { readonly constructor: new () => object } })._idleNext;
  clearTimeout(timer);
  return queryObjects(list.constructor, { format: 'count' });
}

test('timers that were cancelled leave nothing', () => {
  const before = timerLists();
  for (let i = 0; i < 500; i++) systemClock.schedule(3_600_000 + i, () => undefined).cancel();
  expect(timerLists() - before).toBeLessThan(50);
});

test('a timer runs once, and cancelling it then, or twice, does nothing', async () => {
  let runs = 0;
  const timer = await new Promise<{ cancel(): void }>((resolve) => {
    const scheduled = systemClock.schedule(0, () => {
      runs++;
      resolve(scheduled);
    });
  });
  timer.cancel();
  timer.cancel();
  const cancelled = systemClock.schedule(0, () => runs++);
  cancelled.cancel();
  cancelled.cancel();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(runs).toBe(1);
  // nothing of it keeps a process alive
  expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBeLessThanOrEqual(1);
});
