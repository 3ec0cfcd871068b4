// Durability `always` when the power goes; the long form is part of `npm run crash -w msessiond`.
import { expect, test } from 'vitest';
import { canTrace, losePower } from './power-loss.js';

test.runIf(canTrace)(
  'a device that drops what was not flushed has every write whose reply has left',
  async () => {
    const { replies, flushes, dropped } = await losePower({ seed: 1, writes: 60, losses: 8 });
    expect(replies).toBeGreaterThanOrEqual(60);
    // one at least for each, since each waits for the one before
    expect(flushes).toBeGreaterThanOrEqual(60);
    expect(dropped).toBeGreaterThan(0);
  },
  120_000,
);

test.runIf(canTrace)(
  'a daemon that does not wait for the disk is noticed',
  async () => {
    const hasty = losePower({ seed: 2, writes: 30, losses: 4, durability: 'interval' });
    await expect(hasty).rejects.toThrow(/is lost/);
  },
  120_000,
);

test.runIf(canTrace)(
  'a device that does not flush is noticed',
  async () => {
    const broken = losePower({ seed: 3, writes: 30, losses: 4, device: 'lies' });
    await expect(broken).rejects.toThrow(/is lost|is torn|ended early/);
  },
  120_000,
);
