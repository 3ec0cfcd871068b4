// Processor time of servers and of load generators, from /proc. A generator is a child that has ended when it is asked
// about: its time is then among that of the ended children of this process, of which only one runs at a time.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Bottleneck, ProcessorUse } from './result.js';

/** Linux counts in hundredths of a second for every program (USER_HZ). */
const ticksPerSecond = 100;

/** utime, stime, cutime and cstime of a line of /proc/PID/stat, in seconds; the name may hold blanks and brackets. */
export function parseStat(line: string): { readonly own: number; readonly endedChildren: number } {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const seconds = (first: number) => (Number(fields[first]) + Number(fields[first + 1])) / ticksPerSecond;
  return { own: seconds(11), endedChildren: seconds(13) };
}

export interface ProcessorMoment {
  readonly atMs: number;
  /** Seconds of each thread, by `pid/tid`. */
  readonly threads: ReadonlyMap<string, number>;
  readonly endedChildren: number;
}

export function processorMoment(pids: readonly number[]): ProcessorMoment {
  const threads = new Map<string, number>();
  for (const pid of pids) {
    for (const tid of readdirSync(`/proc/${pid}/task`)) {
      try {
        threads.set(`${pid}/${tid}`, parseStat(readFileSync(`/proc/${pid}/task/${tid}/stat`, 'utf8')).own);
      } catch {
        // the thread ended between the two looks
      }
    }
  }
  return {
    atMs: performance.now(),
    threads,
    endedChildren: parseStat(readFileSync('/proc/self/stat', 'utf8')).endedChildren,
  };
}

/** What was used between two moments; `operations` is what the server did in between. */
export function processorUse(before: ProcessorMoment, after: ProcessorMoment, operations?: number): ProcessorUse {
  const seconds = (after.atMs - before.atMs) / 1000;
  const spent = [...after.threads].map(([thread, now]) => now - (before.threads.get(thread) ?? 0));
  const server = spent.reduce((sum, one) => sum + one, 0);
  return {
    server: server / seconds,
    busiestThread: Math.max(0, ...spent) / seconds,
    generator: (after.endedChildren - before.endedChildren) / seconds,
    ...(operations === undefined ? {} : { serverMicroseconds: (server * 1e6) / operations }),
  };
}

/** Above this much of a core, a thread counts as having had none left; starting and ending a load takes the rest. */
const saturated = 0.85;

/**
 * What held the load back. A generator of several processes is saturated when each of them is; one whose thread is full
 * while the server's is not says more about itself than about the server.
 */
export function bottleneckOf(use: ProcessorUse, generators = 1, cores = availableParallelism()): Bottleneck {
  if (use.busiestThread >= saturated && use.busiestThread >= use.generator / generators) return 'server';
  if (use.generator / generators >= saturated) return 'generator';
  return use.server + use.generator >= saturated * cores ? 'machine' : 'waiting';
}

/** Anonymous resident memory of a process in bytes: what the file cache could not give back. */
export function anonymousBytes(pid: number): number {
  const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no RssAnon`);
  return Number(kibibytes) * 1024;
}
