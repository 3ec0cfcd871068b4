// Asks until it holds: for what happens on another connection, with nothing to await. Long, since machines are slow.
import { vi } from 'vitest';

export function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(check, { timeout: 15_000, interval: 5 });
}
