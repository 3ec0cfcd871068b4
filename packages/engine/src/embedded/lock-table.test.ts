// Locks when the disk is full: a key is handed out only above a ceiling that is on disk, and a lock that cannot have one is
// refused, in a timer as in a command.
import { expect, test } from 'vitest';
import { ManualClock } from '../conformance/index.js';
import { defaultLimits } from '../default-limits.js';
import { EventHub } from './event-hub.js';
import { KeySource } from './key-source.js';
import type { LockOutcome } from './lock-outcome.js';
import { LockTable } from './lock-table.js';
import { Sessions } from './sessions.js';

const leaseMs = 60_000;

function tableOn(disk: { isFull: boolean }) {
  const clock = new ManualClock();
  const limits = { ...defaultLimits };
  const events = new EventHub();
  const keys = new KeySource(clock);
  keys.begin(0, (needed) => {
    if (disk.isFull) throw new Error('no space left on device');
    return needed + 30_000_000;
  });
  const sessions = new Sessions({ clock, limits, keys, events });
  const locks = new LockTable({ sessions, keys, clock, limits, events });
  let callers = 0;
  const ask = (settle: (outcome: LockOutcome) => void = () => {}, waitMs = 3_600_000) => {
    sessions.refreshNow();
    const caller = { id: ++callers, canReceivePush: () => false, push: () => {} };
    const request = {
      caller,
      leaseMs,
      waitMs,
      maxWaiters: undefined,
      create: true,
      bind: false,
      withData: false,
      note: '',
    };
    return locks.request('a', 0, request, 0, settle);
  };
  return { clock, locks, ask };
}

test('a lease that ends on a full disk answers who waits, and the lock can be had when there is room', () => {
  const disk = { isFull: false };
  const { clock, locks, ask } = tableOn(disk);
  const first = ask();
  expect(first).toMatchObject({ kind: 'granted' });
  const told: LockOutcome[] = [];
  for (let i = 0; i < 2; i++) expect(ask((outcome) => told.push(outcome))).toBeUndefined();
  disk.isFull = true;
  clock.advance(leaseMs);
  expect(told).toMatchObject([
    { kind: 'refused', code: 'UNAVAILABLE' },
    { kind: 'refused', code: 'UNAVAILABLE' },
  ]);
  expect(ask()).toMatchObject({ kind: 'refused', code: 'UNAVAILABLE', message: expect.stringContaining('make room') });
  expect([...locks.held()]).toEqual([]);
  disk.isFull = false;
  const later = ask();
  expect(later).toMatchObject({ kind: 'granted' });
  expect((later as { key: number }).key).toBeGreaterThan((first as { key: number }).key);
});
