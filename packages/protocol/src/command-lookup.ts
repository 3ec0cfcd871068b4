// From the first word of a request to its command, without a string in between: names are hashed from a few bytes with
// the case bit masked away, into a table with open addressing built from the command table when this module loads.
import type { CommandSpec } from './command-spec.js';
import { commandList } from './commands/index.js';
import { nearestWord } from './nearest-word.js';
import type { Request } from './request.js';

const slots = 256;
const indexes = new Int16Array(slots).fill(-1);
const commandNames = commandList.map((spec) => spec.name);
const names: readonly Uint8Array[] = commandNames.map((name) => Buffer.from(name, 'latin1'));
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

/** The command name nearest to an unknown one, for an error message, or undefined when none is near. */
export function suggestCommand(text: string): string | undefined {
  return nearestWord(text, commandNames);
}
