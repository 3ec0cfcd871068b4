import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlabMemory } from './slab-memory.js';
import { VariableBlocks } from './variable-block.js';

test('a block holds names and values as a map does, in the order in which they were first set', () => {
  const name = fc.constantFrom('a', 'b', 'user', 'x'.repeat(255), 'é');
  const value = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.uint8Array({ minLength: 250, maxLength: 260 }),
    fc.uint8Array({ minLength: 600, maxLength: 5000, size: 'max' }),
  );
  const step = fc.record({ name, value: fc.option(value, { freq: 3 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const memory = new SlabMemory();
      const blocks = new VariableBlocks(memory);
      const model = new Map<string, Buffer>();
      let block = 0;
      for (const each of steps) {
        const key = Buffer.from(each.name);
        if (each.value === null) {
          const isFound = blocks.find(block, key, 0, key.length);
          expect(isFound).toBe(model.delete(each.name));
          if (isFound) block = blocks.removeFound(block);
        } else {
          block = blocks.set(block, key, 0, key.length, each.value, 0, each.value.length);
          model.set(each.name, Buffer.from(each.value));
        }
        const walked: [string, Buffer][] = [];
        blocks.walk(block, ({ bytes, nameStart, nameEnd, valueStart, valueEnd }) => {
          walked.push([bytes.toString('utf8', nameStart, nameEnd), Buffer.from(bytes.subarray(valueStart, valueEnd))]);
        });
        expect(walked).toEqual([...model]);
        expect(blocks.count(block)).toBe(model.size);
      }
      const copy = blocks.clone(block);
      for (const [key, expected] of model) {
        const bytes = Buffer.from(key);
        expect(blocks.find(copy, bytes, 0, bytes.length)).toBe(true);
        expect(blocks.place.bytes.subarray(blocks.place.valueStart, blocks.place.valueEnd).equals(expected)).toBe(true);
      }
      if (block !== 0) memory.free(block);
      if (copy !== 0) memory.free(copy);
      expect(memory.usedBytes).toBe(0);
    }),
    { numRuns: 150 },
  );
});
