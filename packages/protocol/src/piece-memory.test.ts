import { describe, expect, it } from 'vitest';
import { PieceMemory } from './piece-memory.js';

describe('PieceMemory', () => {
  it.each([0, 1, 511, 512, 513, 640, 641, 1000, 65_537, 73_000, 1_048_576, 1_048_577, 3_000_001])(
    'has room for %i bytes, and not much more',
    (bytes) => {
      const { length } = new PieceMemory().take(bytes);
      expect(length).toBeGreaterThanOrEqual(bytes);
      expect(length).toBeLessThanOrEqual(Math.max(512, bytes * 1.25));
    },
  );

  it('hands out again what came back, also for a command of nearly the same size', () => {
    const memory = new PieceMemory();
    const first = memory.take(70_000);
    memory.giveBack(first);
    expect(memory.take(66_000)).toBe(first);
    expect(memory.take(66_000)).not.toBe(first);
  });

  it('never hands out the same memory twice at a time', () => {
    const memory = new PieceMemory();
    const taken = Array.from({ length: 20 }, () => memory.take(5000));
    for (const buffer of taken) memory.giveBack(buffer);
    expect(new Set(Array.from({ length: 20 }, () => memory.take(5000))).size).toBe(20);
  });

  it('keeps 4 MiB at most, and nothing of a large command', () => {
    const memory = new PieceMemory();
    const taken = Array.from({ length: 100 }, () => memory.take(65_536));
    for (const buffer of taken) memory.giveBack(buffer);
    const again = Array.from({ length: 100 }, () => memory.take(65_536));
    expect(again.filter((buffer) => taken.includes(buffer))).toHaveLength(64);
    const large = memory.take(2 ** 20 + 1);
    memory.giveBack(large);
    expect(memory.take(2 ** 20 + 1) === large).toBe(false);
  });
});
