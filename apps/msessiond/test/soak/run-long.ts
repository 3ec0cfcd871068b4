// The long form: `npm run soak -w msessiond -- [seconds] [sessions]`. Prints a line per window; ends with 1 when memory or
// the 99th percentile is not flat: the middle of the last third against that of the first, of the steady windows.
import { memoryGrowth } from '../support/process-memory.js';
import { middle, runSoak } from './run-soak.js';

const seconds = Number(process.argv[2] ?? 600);
const sessions = Number(process.argv[3] ?? 100_000);
const allowedMemoryGrowth = 0.05;
const allowedLatencyGrowth = 0.25;

try {
  const { windows, created, expired, left } = await runSoak({
    ...{ seconds, windowSeconds: Math.max(1, Math.round(seconds / 60)), timeoutSeconds: 10, sessions },
    onWindow: (window) => {
      const latency = [window.p50Ms, window.p99Ms, window.p999Ms].map((ms) => ms.toFixed(2)).join(' ');
      const [own, mapped] = [window.ownBytes, window.mappedBytes].map((bytes) => Math.round(bytes / 1024 ** 2));
      const at = `${window.endsAtSeconds} s${window.isSteady ? '' : ' (warm-up)'}`;
      process.stdout.write(
        `${at}: ${window.operations} operations, p50 p99 p99.9 ${latency} ms, ${window.sessions} sessions, ${own} MiB own, ${mapped} mapped\n`,
      );
    },
  });
  const steady = windows.filter(({ isSteady }) => isSteady);
  const third = Math.max(1, Math.floor(steady.length / 3));
  const p99 = (part: typeof steady) => middle(part.map(({ p99Ms }) => p99Ms));
  const latencyGrowth = p99(steady.slice(-third)) / p99(steady.slice(0, third)) - 1;
  const grown = memoryGrowth(steady.map(({ ownBytes: bytes }) => ({ bytes })));
  process.stdout.write(
    `created=${created} expired=${expired} left=${left} memory ${percent(grown)}, p99 ${percent(latencyGrowth)}\n`,
  );
  if (left !== 0 || expired !== created) throw new Error('not every session that was made has expired');
  if (grown > allowedMemoryGrowth) throw new Error('memory is not flat');
  if (latencyGrowth > allowedLatencyGrowth) throw new Error('the 99th percentile is not flat');
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

function percent(growth: number): string {
  return `${growth < 0 ? '' : '+'}${(growth * 100).toFixed(1)} %`;
}
