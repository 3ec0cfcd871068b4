// Memory of a process as the system counts it.
import { readFileSync } from 'node:fs';

/** In bytes: all that is resident, its own of that, or the pages of files that it maps. */
export function memoryOf(pid: number, what: 'VmRSS' | 'RssAnon' | 'RssFile'): number {
  const found = new RegExp(`^${what}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(found?.[1]) * 1024;
}

/**
 * By how much memory grew behind the warm-up, as a part of what it was: the middle of the last third of the samples
 * against the middle of the first, so that what goes up and down is no growth.
 */
export function memoryGrowth(samples: readonly { readonly bytes: number }[]): number {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const middle = (part: readonly { readonly bytes: number }[]) =>
    part.map(({ bytes }) => bytes).sort((a, b) => a - b)[Math.floor(part.length / 2)] as number;
  return middle(samples.slice(-third)) / middle(samples.slice(0, third)) - 1;
}
