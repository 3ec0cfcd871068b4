// The screen of `msession top` as lines of text: pure, from two looks at the server.
import { printableBytes } from './printable-bytes.js';
import type { TopFigures } from './top-figures.js';

export interface TopScreenOptions {
  /** Which server, for the first line. */
  readonly label: string;
  readonly now: TopFigures;
  /** The look before, for rates; undefined at the first. */
  readonly before?: TopFigures;
  readonly columns: number;
  readonly rows: number;
}

export function topScreen({ label, now, before, columns, rows }: TopScreenOptions): string {
  const value = (name: string) => now.info.get(name) ?? '0';
  const number = (name: string) => Number(value(name));
  const rate = (name: string) => {
    if (before === undefined) return name === 'total_commands_processed' ? number('instantaneous_ops_per_sec') : null;
    const seconds = (now.atMs - before.atMs) / 1000;
    return seconds <= 0 ? null : Math.max(0, (number(name) - Number(before.info.get(name) ?? 0)) / seconds);
  };
  const perSecond = (name: string, shown: (amount: number) => string = amountText) => {
    const amount = rate(name);
    return amount === null ? '-' : `${shown(amount)}/s`;
  };
  const limit = number('maxmemory');
  const lines = [
    `msession ${value('msession_version')} ${label}  up ${durationText(number('uptime_in_seconds') * 1000)}  ${value('ready') === '1' ? 'ready' : `NOT READY: ${now.info.get('not_ready_because') ?? ''}`}`,
    '',
    row('commands', [
      perSecond('total_commands_processed'),
      `${perSecond('total_net_input_bytes', sizeText)} in`,
      `${perSecond('total_net_output_bytes', sizeText)} out`,
    ]),
    row('latency', latencyTexts(now.info.get('latency_percentiles_usec_all'))),
    row('sessions', [
      amountText(number('sessions')),
      `${amountText(number('sub_sessions'))} sub`,
      `${perSecond('sessions_created')} created`,
      `${perSecond('expired_keys')} expired`,
      `${perSecond('evicted_keys')} evicted`,
    ]),
    row('memory', [
      `${sizeText(number('used_memory'))}${limit === 0 ? '' : ` of ${sizeText(limit)}`}`,
      `${sizeText(number('used_memory_rss'))} resident`,
    ]),
    row('clients', [
      `${value('connected_clients')} of ${value('maxclients')}`,
      `${value('blocked_clients')} waiting`,
      `${value('rejected_connections')} rejected`,
      `${value('failed_passwords')} wrong passwords`,
    ]),
    row('locks', [
      `${value('locks_held')} held`,
      `${value('lock_waiters')} waiters`,
      `${perSecond('locks_granted')} granted`,
      `${value('locks_timed_out')} timed out`,
      `${value('slow_lock_entries')} slow`,
    ]),
    '',
    ...lockTable(now, Math.max(0, rows - 11)),
  ];
  return lines.map((line) => line.slice(0, columns).trimEnd()).join('\n');
}

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(10)}${cells.map((cell) => cell.padEnd(17)).join(' ')}`;
}

function latencyTexts(percentiles: string | undefined): readonly string[] {
  if (percentiles === undefined) return ['-'];
  return percentiles.split(',').map((pair) => {
    const [name = '', microseconds = '0'] = pair.split('=');
    return `${name} ${latencyText(Number(microseconds))}`;
  });
}

function lockTable(now: TopFigures, height: number): readonly string[] {
  if (now.locks.length === 0) return ['no lock is held'];
  const shown = now.locks.slice(0, height);
  const rest = now.locks.length - shown.length;
  return [
    `${'LOCK'.padEnd(28)} ${'HELD'.padStart(8)} ${'WAITERS'.padStart(8)} ${'LONGEST'.padStart(8)}  NOTE`,
    ...shown.map(
      (lock) =>
        `${fitted(lock.id, 28)} ${durationText(lock.heldMs).padStart(8)} ${String(lock.waiters).padStart(8)} ${(lock.waiters === 0 ? '-' : durationText(lock.longestWaitMs)).padStart(8)}  ${printable(lock.note)}`,
    ),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ];
}

function fitted(text: string, width: number): string {
  const safe = printable(text);
  return (safe.length > width ? `${safe.slice(0, width - 1)}…` : safe).padEnd(width);
}

/** Text of others cannot steer the terminal. */
function printable(text: string): string {
  return printableBytes(Buffer.from(text, 'utf8'));
}

function amountText(amount: number): string {
  if (amount >= 1e9) return `${(amount / 1e9).toFixed(2)}G`;
  if (amount >= 1e6) return `${(amount / 1e6).toFixed(2)}M`;
  if (amount >= 1e4) return `${(amount / 1e3).toFixed(1)}k`;
  return String(Math.round(amount));
}

function sizeText(bytes: number): string {
  for (const [unit, size] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const)
    if (bytes >= size) return `${(bytes / size).toFixed(1)}${unit}`;
  return `${Math.round(bytes)}B`;
}

function latencyText(microseconds: number): string {
  return microseconds >= 1000 ? `${(microseconds / 1000).toFixed(1)}ms` : `${Math.round(microseconds)}us`;
}

function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`;
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
  if (seconds < 86_400)
    return `${Math.floor(seconds / 3600)}h${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m`;
  return `${Math.floor(seconds / 86_400)}d${String(Math.floor((seconds % 86_400) / 3600)).padStart(2, '0')}h`;
}
