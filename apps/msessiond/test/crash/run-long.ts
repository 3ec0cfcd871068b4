// The long form: `npm run crash -w msessiond -- [kills per mode] [seed]`. Prints one line per mode and one for losses of
// power; ends with 1 at the first thing that is not as promised.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runKillRounds } from './kill-rounds.js';
import { losePower } from './power-loss.js';

const kills = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? 1);

for (const durability of ['always', 'interval'] as const) {
  const directory = mkdtempSync(path.join(tmpdir(), 'msession-crash-'));
  try {
    const result = await runKillRounds({
      directory,
      durability,
      rounds: kills,
      seed,
      lifeMs: [20, 1200],
      onRound: (round) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${durability}: ${round + 1} of ${kills}`);
      },
    });
    const facts = Object.entries(result).map(([name, value]) => `${name}=${Math.round(value)}`);
    process.stdout.write(`${durability}: ${facts.join(' ')} seed=${seed}\n`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const result = await losePower({ seed, writes: 300, losses: Math.ceil(kills / 4) });
const facts = Object.entries(result).map(([name, value]) => `${name}=${value}`);
process.stdout.write(`power lost: ${facts.join(' ')} seed=${seed}\n`);
