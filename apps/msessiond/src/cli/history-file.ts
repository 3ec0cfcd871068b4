// What was typed at the prompt, kept for the next time: newest first, as node's readline wants it. Lines with a password
// are never kept, and a history that cannot be written is no reason to fail.
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const longest = 1000;

/** `MSESSION_HISTORY`, else a file in the home folder; empty turns it off. */
export function historyFile(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = environment.MSESSION_HISTORY;
  return given === '' ? undefined : (given ?? path.join(homedir(), '.msession_history'));
}

export function readHistory(file: string | undefined): string[] {
  if (file === undefined) return [];
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .slice(-longest)
      .reverse();
  } catch {
    return [];
  }
}

export function writeHistory(file: string | undefined, newestFirst: readonly string[]): void {
  if (file === undefined) return;
  const lines = newestFirst.slice(0, longest).reverse().filter(isKept);
  try {
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  } catch {
    // a read-only home
  }
}

/** Whether a line may be kept: it gives no password away. */
export function isKept(line: string): boolean {
  return (
    !/^\s*auth\b/i.test(line) && !/^\s*hello\b.*\bauth\b/i.test(line) && !/^\s*config\s+set\b.*\bpassword\b/i.test(line)
  );
}
