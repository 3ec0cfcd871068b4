// Where and when a run took place, for every page and file that it leaves.
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

export interface Environment {
  readonly date: string;
  readonly revision: string;
  /** What was typed. */
  readonly command: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Said on every page, such as that other work ran beside it. */
  readonly note?: string;
}

export function environmentOf(command: string, note?: string): Environment {
  return {
    date: new Date().toISOString(),
    revision: revision(),
    command,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, ${type()} ${release()}`,
    versions: versions(),
    ...(note === undefined ? {} : { note }),
  };
}

/** The lines under a page's title. */
export function environmentLines(environment: Environment): string[] {
  const { date, revision: at, command, machine, versions: all, note } = environment;
  const programs = Object.entries(all).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured ${date.slice(0, 10)} at revision ${at} by \`${command}\`.`,
    '',
    ...(note === undefined ? [] : [`**${note}**`, '']),
    `- machine: ${machine}; servers and load generators on it, over the loopback`,
    `- versions: ${programs.join(', ')}`,
  ];
}

function versions(): Record<string, string> {
  const php = (extension: string) => output('php', ['-r', `echo phpversion("${extension}");`]);
  const all: Record<string, string | undefined> = {
    node: process.version,
    'redis-server': /v=([0-9.]+)/.exec(output('redis-server', ['--version']) ?? '')?.[1],
    memcached: output('memcached', ['--version'])?.split(' ').at(-1),
    php: output('php', ['-r', 'echo PHP_VERSION;']),
    'php-redis': php('redis'),
    'php-memcached': php('memcached'),
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
}

function revision(): string {
  const short = output('git', ['rev-parse', '--short', 'HEAD']) ?? 'unknown';
  const isChanged = (output('git', ['status', '--porcelain', '--', '../packages', '../apps']) ?? '') !== '';
  return isChanged ? `${short} with changes` : short;
}

function output(command: string, words: readonly string[]): string | undefined {
  try {
    return execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
