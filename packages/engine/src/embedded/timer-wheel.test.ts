import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idOffset } from './session-layout.js';
import { byteOffset, chunkOf, SlabMemory } from './slab-memory.js';
import { TimerWheel } from './timer-wheel.js';

const tickMs = 64;

function setUp(nowMs: number) {
  const memory = new SlabMemory();
  const wheel = new TimerWheel(memory, { tickMs, nowMs });
  const entry = () => {
    const address = memory.allocate(idOffset);
    const at = byteOffset(address) >> 2;
    (memory.words[chunkOf(address)] as Uint32Array).fill(0, at, at + idOffset / 4);
    return address;
  };
  return { wheel, entry };
}

const always = () => true;

describe('the timer wheel', () => {
  test('hands out every entry at its time, none early by more than a tick, however far the clock jumps', () => {
    const delay = fc.oneof(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 0, max: 5_000_000 }),
      fc.integer({ min: 0, max: 4_000_000_000 }),
    );
    const step = fc.oneof(
      fc.record({ kind: fc.constant('schedule' as const), delay }),
      fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }),
      fc.record({ kind: fc.constant('move' as const), pick: fc.nat(), delay }),
      // most draining is stopped on its way, and goes on at a later time behind whatever came meanwhile
      fc.record({ kind: fc.constant('advance' as const), by: delay, most: fc.integer({ min: 0, max: 6 }) }),
      fc.record({ kind: fc.constant('advance' as const), by: delay, most: fc.constant(1000) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.array(step, { maxLength: 80 }), (start, steps) => {
        let now = start;
        const { wheel, entry } = setUp(now);
        const filed = new Map<number, number>();
        const pick = (from: number) => [...filed.keys()][from % filed.size] as number;
        for (const each of steps) {
          if (each.kind === 'schedule') {
            const address = entry();
            wheel.schedule(address, now + each.delay);
            filed.set(address, now + each.delay);
          } else if (each.kind === 'advance') {
            now += each.by;
            const seen = new Set<number>();
            let left = each.most;
            const isDone = wheel.drain(
              now,
              (address) => {
                const at = filed.get(address) as number;
                if (at > now) {
                  // an entry may come up early when its slot is opened, and is put back
                  wheel.schedule(address, at);
                } else {
                  seen.add(address);
                  filed.delete(address);
                }
              },
              () => left-- > 0,
            );
            if (each.most === 1000) expect(isDone).toBe(true);
            if (isDone)
              for (const [address, at] of filed) expect(at, `entry ${address} was missed`).toBeGreaterThan(now);
          } else if (filed.size > 0) {
            const address = pick(each.pick);
            if (each.kind === 'remove') {
              wheel.remove(address);
              filed.delete(address);
            } else {
              wheel.schedule(address, now + each.delay);
              filed.set(address, now + each.delay);
            }
          }
          expect(wheel.size).toBe(filed.size);
          const earliest = Math.min(...filed.values(), Number.POSITIVE_INFINITY);
          expect(wheel.nextDueMs()).toBeLessThanOrEqual(Math.max(earliest, now) + tickMs);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('stops when told to, and goes on where it stopped', () => {
    const { wheel, entry } = setUp(0);
    const entries = Array.from({ length: 1000 }, entry);
    for (const address of entries) wheel.schedule(address, 20_000);
    const seen: number[] = [];
    let calls = 0;
    let isDone = false;
    while (!isDone) {
      let left = 64;
      isDone = wheel.drain(
        30_000,
        (address) => seen.push(address),
        () => left-- > 0,
      );
      calls++;
    }
    expect(seen.sort((left, right) => left - right)).toEqual(entries.sort((left, right) => left - right));
    expect(calls).toBeGreaterThan(10);
  });

  test('an entry put back into a tick that is not over is handed out when it is, though draining stopped meanwhile', () => {
    const { wheel, entry } = setUp(0);
    const late = entry();
    const others = [entry(), entry()];
    wheel.schedule(late, 10 * tickMs + 60);
    for (const other of others) wheel.schedule(other, 10 * tickMs + 1);
    let left = 1;
    const putBack = (address: number) => wheel.schedule(address, 10 * tickMs + 60);
    expect(wheel.drain(10 * tickMs + 5, putBack, () => left-- > 0)).toBe(false);
    const seen: number[] = [];
    expect(wheel.drain(12 * tickMs, (address) => seen.push(address), always)).toBe(true);
    expect(seen.sort()).toEqual([late, ...others].sort());
    expect(wheel.size).toBe(0);
  });

  test('an entry that goes while its slot is drained is not handed out', () => {
    const { wheel, entry } = setUp(0);
    const [first, second, third] = [entry(), entry(), entry()];
    for (const address of [first, second, third]) wheel.schedule(address, 1000);
    const seen: number[] = [];
    wheel.drain(
      2000,
      (address) => {
        seen.push(address);
        if (address === first) wheel.remove(second);
      },
      always,
    );
    expect(seen).toEqual([first, third]);
  });
});
