import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteOffset, chunkOf, SlabMemory } from './slab-memory.js';

describe('slab memory', () => {
  test('blocks never overlap, keep what was written, and are all given back', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('allocate' as const),
        size: fc.oneof(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 5_000_000 })),
      }),
      fc.record({ kind: fc.constant('free' as const), pick: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const memory = new SlabMemory();
        const live: { address: number; size: number; mark: number }[] = [];
        let mark = 0;
        const check = (block: { address: number; size: number; mark: number }) => {
          const offset = byteOffset(block.address);
          const bytes = memory.bytes[chunkOf(block.address)] as Buffer;
          expect(bytes[offset]).toBe(block.mark);
          expect(bytes[offset + block.size - 1]).toBe(block.mark);
        };
        for (const each of steps) {
          if (each.kind === 'allocate') {
            mark = (mark % 250) + 1;
            const address = memory.allocate(each.size);
            expect(memory.capacity(address)).toBeGreaterThanOrEqual(each.size);
            const offset = byteOffset(address);
            (memory.bytes[chunkOf(address)] as Buffer).fill(mark, offset, offset + each.size);
            live.push({ address, size: each.size, mark });
          } else if (live.length > 0) {
            const [gone] = live.splice(each.pick % live.length, 1) as [(typeof live)[number]];
            check(gone);
            memory.free(gone.address);
          }
        }
        for (const block of live) check(block);
        for (const block of live) memory.free(block.address);
        expect(memory.usedBytes).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('chunks that become empty are given back', () => {
    const memory = new SlabMemory();
    const blocks = Array.from({ length: 400_000 }, () => memory.allocate(128));
    const full = memory.reservedBytes;
    for (const block of blocks) memory.free(block);
    expect(full).toBeGreaterThan(48 * 1024 * 1024);
    expect(memory.reservedBytes).toBeLessThanOrEqual(32 * 1024 * 1024);
  });

  test('sizes that were in use once, and are not any more, keep next to nothing', () => {
    const memory = new SlabMemory();
    const sizes = Array.from({ length: 60 }, (_, i) => (i + 1) * 1000);
    for (const size of sizes) {
      const blocks = Array.from({ length: Math.ceil(4_000_000 / size) }, () => memory.allocate(size));
      for (const block of blocks) memory.free(block);
    }
    expect(memory.reservedBytes).toBe(0);
  });

  test('at most an eighth of a block, or 15 bytes, is idle', () => {
    const memory = new SlabMemory();
    for (let size = 1; size <= 4 * 1024 * 1024; size += size < 2048 ? 1 : 97_777) {
      const idle = memory.capacity(memory.allocate(size)) - size;
      expect(idle).toBeLessThanOrEqual(Math.max(15, size / 8 + 16));
    }
  });
});
