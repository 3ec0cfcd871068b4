// Damage to a store's file. Behind its last page the file is blank: room that is taken ahead, and nobody's loss.
import { readFileSync, truncateSync } from 'node:fs';

/** Cuts off a file so that this part of what is in it is left. */
export function cutStore(file: string, part: number): void {
  const bytes = readFileSync(file);
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  truncateSync(file, Math.floor(end * part));
}
