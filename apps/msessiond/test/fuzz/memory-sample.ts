// What a daemon holds at a quiet moment: nobody connected but who asks, the same sessions, everything on disk, and the
// garbage of all threads collected. Between such moments only what is held for no session and no connection can differ.
import type { MsessionClient } from '@msession/client';
import type { Inspector } from '../support/inspector.js';
import { memoryOf } from '../support/process-memory.js';

export interface MemorySample {
  readonly requests: number;
  /** Memory of the process's own, resident. */
  readonly anonymousBytes: number;
  /** Objects on V8's heaps: of the main thread, and of the one that writes. */
  readonly heapBytes: number;
  readonly writerHeapBytes: number;
  /** Memory outside of the heaps that V8 knows of, in the main thread. */
  readonly externalBytes: number;
  /** Things that the event loop waits for: sockets, timers, pipes. */
  readonly handles: number;
  /** What INFO tells, all figures. */
  readonly info: Readonly<Record<string, number>>;
}

export interface MemorySampleOptions {
  readonly pid: number;
  readonly requests: number;
  readonly operator: MsessionClient;
  readonly inspector: Inspector;
}

const patienceMs = 60_000;
const lookEveryMs = 100;

export async function sampleMemory({ pid, requests, operator, inspector }: MemorySampleOptions): Promise<MemorySample> {
  const info = await whenQuiet(operator);
  await inspector.collectGarbage();
  const { main, workers } = await inspector.heapUsed();
  return {
    requests,
    anonymousBytes: memoryOf(pid, 'RssAnon'),
    heapBytes: main,
    writerHeapBytes: workers,
    externalBytes: Number(await inspector.evaluate('process.memoryUsage().external')),
    handles: Number(await inspector.evaluate('process.getActiveResourcesInfo().length')),
    info,
  };
}

/** Waits until all but the one who asks are gone and what was written is in its tables; answers INFO. */
async function whenQuiet(operator: MsessionClient): Promise<Record<string, number>> {
  await operator.send(['SERIALIZE']);
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const info = figuresOf(String(await operator.info('everything')));
    const busy = ['lock_waiters', 'event_subscribers', 'batchesInJournal'].filter((name) => info[name] !== 0);
    if (info.connected_clients === 1 && busy.length === 0) return info;
    if (performance.now() > endMs)
      throw new Error(`not quiet in ${patienceMs} ms: ${info.connected_clients} clients, ${busy}`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

function figuresOf(info: string): Record<string, number> {
  const lines = info.split('\r\n').map((line) => line.split(':') as [string, string?]);
  return Object.fromEntries(lines.flatMap(([name, value]) => (value === undefined ? [] : [[name, Number(value)]])));
}
