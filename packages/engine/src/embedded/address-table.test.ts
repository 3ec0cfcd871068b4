import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressTable } from './address-table.js';

test('the table holds what a map of the same operations holds', () => {
  // few distinct hashes, so that runs collide, wrap around and are closed again
  const hash = fc.oneof(
    fc.integer({ min: 0, max: 9 }),
    fc.constantFrom(0x3fffffff, 0x40000000, 0xffffffff, 0xfffffffe),
  );
  const step = fc.record({ insert: fc.boolean(), hash, pick: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const table = new AddressTable(2);
      const held = new Map<number, number>();
      let address = 0;
      for (const each of steps) {
        if (each.insert) {
          table.insert(each.hash, ++address);
          held.set(address, each.hash);
        } else if (held.size > 0) {
          const [gone, its] = [...held][each.pick % held.size] as [number, number];
          table.remove(its, gone);
          held.delete(gone);
        }
        expect(table.size).toBe(held.size);
        for (const [each2, its] of held) expect(table.findWhere(its, (found) => found === each2)).toBe(each2);
      }
      const listed = new Map<number, number>();
      for (let segment = 0; segment < table.segmentCount; segment++)
        table.forEachInSegment(segment, (found, its) => {
          expect(table.segmentOf(its)).toBe(segment);
          listed.set(found, its);
        });
      expect(listed).toEqual(held);
    }),
    { numRuns: 200 },
  );
});

test('a sample comes from the table, wherever it starts', () => {
  const table = new AddressTable(4);
  expect(table.sample(7)).toBe(0);
  table.insert(0x80000000, 5);
  for (const random of [0, 1, 0x7fffffff, 0x80000001, 0xffffffff]) expect(table.sample(random)).toBe(5);
});
