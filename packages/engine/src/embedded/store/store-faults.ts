// What LMDB and the system say when something is wrong with a store's disk.
import { StoreFault } from './store-options.js';

/** Whether a disk without room is what went wrong, or may be. */
export function isDiskFull(error: unknown): boolean {
  return !(error instanceof StoreFault) && /no space left/i.test(reasonOf(error));
}

export function noRoomFor(file: string, error: unknown): StoreFault {
  return new StoreFault(`cannot open ${file}: ${reasonOf(error)}; make room on its disk`);
}

export function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  // LMDB says so, too, when only part of what it wrote found room
  return reason === 'Input/output error' ? `${reason}: no space left on device, or the device fails` : reason;
}
