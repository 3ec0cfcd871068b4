// From the first word of a request to its command, without a string in between: names are hashed from a few bytes with
// the case bit masked away, into a table with open addressing built from the command table when this module loads.
import type { CommandSpec } from './command-spec.js';
import { commandList } from './commands/index.js';
import type { Request } from './request.js';

const slots = 256;
const indexes = new Int16Array(slots).fill(-1);
const names: readonly Uint8Array[] = commandList.map((spec) => Buffer.from(spec.name, 'latin1'));
const shortestName = Math.min(...names.map((name) => name.length));
const longestName = Math.max(...names.map((name) => name.length));

for (const [index, name] of names.entries()) {
  let slot = hash(name, 0, name.length);
  while (indexes[slot] !== -1) slot = (slot + 1) & (slots - 1);
  indexes[slot] = index;
}

/** A letter's two cases differ in bit 5 alone. */
function hash(bytes: Uint8Array, start: number, length: number): number {
  const first = (bytes[start] as number) & 0xdf;
  const second = (bytes[start + 1] as number) & 0xdf;
  const late = (bytes[start + length - 3] as number) & 0xdf;
  return (first * 5 + second * 37 + late * 11 + length * 67) & (slots - 1);
}

/** The command's position in `commandList`, or -1 when there is none of that name. */
export function findCommandIndex(request: Request): number {
  const start = request.ranges[0] as number;
  const length = (request.ranges[1] as number) - start;
  if (length < shortestName || length > longestName) return -1;
  const buffer = request.buffer;
  let slot = hash(buffer, start, length);
  for (;;) {
    const index = indexes[slot] as number;
    if (index === -1) return -1;
    const name = names[index] as Uint8Array;
    if (name.length === length) {
      let i = 0;
      while (i < length && ((buffer[start + i] as number) & 0xdf) === name[i]) i++;
      if (i === length) return index;
    }
    slot = (slot + 1) & (slots - 1);
  }
}

/** The spec of the command that a request names, or undefined. */
export function findCommand(request: Request): CommandSpec | undefined {
  const index = findCommandIndex(request);
  return index < 0 ? undefined : commandList[index];
}

/** The subcommand that a request's second word names, or undefined. */
export function findSubcommand(container: CommandSpec, request: Request): CommandSpec | undefined {
  if (request.count < 2 || container.subcommands === undefined) return undefined;
  const prefix = container.name.length + 1;
  return container.subcommands.find((spec) => request.isToken(1, spec.name.slice(prefix)));
}

/** The name nearest to an unknown one, for an error message, or undefined when none is near. */
export function suggestCommand(text: string, candidates: readonly string[] = commandList.map((spec) => spec.name)) {
  const wanted = text.slice(0, 32).toUpperCase();
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.ceil(wanted.length / 2));
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, changes and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      let least = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + (isSame ? 0 : 1),
      );
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        least = Math.min(least, (beforePrevious[j - 2] as number) + 1);
      current.push(least);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] as number;
}
