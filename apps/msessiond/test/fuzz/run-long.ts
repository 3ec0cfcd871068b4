// The long form: `npm run fuzz -w msessiond -- [requests] [seed] [first batch]`. Prints a line per million requests and
// the figures; ends with 1 at the first thing that is not as it must be, or when memory grew by more than 5 % behind the
// first million.
import { memoryGrowth, runFuzz } from './run-fuzz.js';

const requests = Number(process.argv[2] ?? 10_000_000);
const seed = Number(process.argv[3] ?? 1);
const firstBatch = Number(process.argv[4] ?? 0);
const warmUpRequests = 1_000_000;
const allowedGrowth = 0.05;

const beganAt = performance.now();
let told = 0;
try {
  const result = await runFuzz({
    seed,
    requests,
    firstBatch,
    onPhase: ({ requests: done, memory }) => {
      if (done < told + 1_000_000) return;
      told = done;
      const seconds = ((performance.now() - beganAt) / 1000).toFixed(0);
      process.stdout.write(`${done} requests, ${seconds} s, ${mebibytes(memory.at(-1)?.bytes)} MiB\n`);
    },
  });
  const warm = result.memory.filter(({ requests: done }) => done >= warmUpRequests);
  const facts = Object.entries(result).filter(([, value]) => typeof value === 'number');
  process.stdout.write(`${facts.map(([name, value]) => `${name}=${value}`).join(' ')} seed=${seed}\n`);
  if (warm.length >= 3) {
    const growth = memoryGrowth(warm);
    const shown = warm.map(({ bytes }) => mebibytes(bytes));
    process.stdout.write(
      `memory: ${Math.min(...shown)} to ${Math.max(...shown)} MiB, growth ${(growth * 100).toFixed(1)} %\n`,
    );
    if (growth > allowedGrowth) throw new Error('memory grew by more than 5 % behind the first million requests');
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

function mebibytes(bytes = 0): number {
  return Math.round(bytes / 1024 ** 2);
}
