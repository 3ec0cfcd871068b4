// The long form: `npm run fuzz -w msessiond -- [requests] [seed] [first batch]`. Prints what the daemon holds every
// million requests; ends with 1 at the first thing that is not as it must be, or when what it holds grew by more than
// 5 % behind the first million.
import { memoryGrowth } from '../support/process-memory.js';
import type { MemorySample } from './memory-sample.js';
import { runFuzz } from './run-fuzz.js';

const requests = Number(process.argv[2] ?? 10_000_000);
const seed = Number(process.argv[3] ?? 1);
const firstBatch = Number(process.argv[4] ?? 0);
const warmUpRequests = 1_000_000;
const allowedGrowth = 0.05;

const beganAt = performance.now();
try {
  const result = await runFuzz({
    seed,
    requests,
    firstBatch,
    onSample: (sample) => void process.stdout.write(shown(sample)),
  });
  const facts = Object.entries(result).filter(([, value]) => typeof value === 'number');
  process.stdout.write(`${facts.map(([name, value]) => `${name}=${value}`).join(' ')} seed=${seed}\n`);
  const warm = result.memory.filter(({ requests: done }) => done >= warmUpRequests);
  if (warm.length >= 3) refuseGrowth(warm);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

function shown({ requests: done, info, handles, ...bytes }: MemorySample): string {
  const seconds = ((performance.now() - beganAt) / 1000).toFixed(0);
  const { anonymousBytes, heapBytes, writerHeapBytes } = bytes;
  const memory = [anonymousBytes, heapBytes, writerHeapBytes].map(mebibytes);
  const held = ['sessions', 'sub_sessions', 'locks_held', 'indexed_names', 'slowlog_entries', 'slabUsedBytes'];
  return (
    `${done} requests, ${seconds} s: ${memory[0]} MiB own, of that ${memory[1]} and ${memory[2]} on V8's heaps; ` +
    `${handles} handles, ${held.map((name) => `${info[name]} ${name}`).join(', ')}\n`
  );
}

/** The middle of the last third of the samples against that of the first. */
function refuseGrowth(warm: readonly MemorySample[]): void {
  const own = memoryGrowth(warm.map(({ anonymousBytes: bytes }) => ({ bytes })));
  const heap = memoryGrowth(warm.map(({ heapBytes: bytes }) => ({ bytes })));
  process.stdout.write(`memory behind the first million: ${percent(own)}, on the heap ${percent(heap)}\n`);
  if (Math.max(own, heap) > allowedGrowth)
    throw new Error('memory grew by more than 5 % behind the first million requests');
}

function percent(growth: number): string {
  return `${growth < 0 ? '' : '+'}${(growth * 100).toFixed(1)} %`;
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}
