// What the system has of slab memory: pages that are used, and none of what was given back.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { byteOffset, chunkOf, SlabMemory } from './slab-memory.js';

const mebibyte = 1024 ** 2;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function residentBytes(): number {
  // buffers are freed by a thread of V8's, some time behind the second collection at the latest
  for (let i = 0; i < 3; i++) collectGarbage();
  const found = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'));
  return Number(found?.[1]) * 1024;
}

function fill(memory: SlabMemory, address: number): number {
  const offset = byteOffset(address);
  (memory.bytes[chunkOf(address)] as Buffer).fill(1, offset, offset + memory.capacity(address));
  return address;
}

test.runIf(process.platform === 'linux')(
  'chunks that were given back cost nothing, and those made later only what is used of them',
  () => {
    const memory = new SlabMemory();
    const before = residentBytes();
    for (let round = 0; round < 3; round++) {
      const full: number[] = [];
      while (memory.usedBytes < 96 * mebibyte) full.push(fill(memory, memory.allocate(64 * 1024)));
      expect(residentBytes() - before).toBeGreaterThan(80 * mebibyte);
      for (const address of full) memory.free(address);
      // one block of each of many sizes, each in a chunk of its own
      const few = Array.from({ length: 24 }, (_, i) => fill(memory, memory.allocate(1024 * 1.2 ** i)));
      expect(residentBytes() - before).toBeLessThan(40 * mebibyte);
      for (const address of few) memory.free(address);
    }
  },
);
