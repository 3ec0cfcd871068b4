// Why a disk took no more, in words that help: LMDB calls a write that was cut short an input/output error.
import { statfsSync } from 'node:fs';
import { reasonOf } from '../store-faults.js';

const littleBytes = 8 * 1024 * 1024;

export function diskReason(directory: string, error: unknown): string {
  const reason = reasonOf(error);
  if (!/input\/output error/i.test(reason)) return reason;
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize < littleBytes ? 'no space left on device' : reason;
}
