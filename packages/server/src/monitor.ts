// MONITOR: a line for every command that any client runs, as Redis prints them, redacted. Lines of one turn of the event
// loop leave together, and nothing is formatted while nobody watches.
import type { Clock } from '@msession/engine';
import type { CommandSpec, Request } from '@msession/protocol';
import type { Connection } from './connection.js';
import { redactRequest } from './redaction.js';

export class Monitor {
  readonly #clock: Clock;
  readonly #deliver: (connection: Connection, bytes: Buffer) => void;
  readonly #watchers = new Set<Connection>();
  #lines: string[] = [];

  constructor(clock: Clock, deliver: (connection: Connection, bytes: Buffer) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  add(connection: Connection): void {
    connection.isMonitor = true;
    this.#watchers.add(connection);
  }

  remove(connection: Connection): void {
    connection.isMonitor = false;
    this.#watchers.delete(connection);
  }

  /** A command is about to run. */
  show(connection: Connection, request: Request, spec: CommandSpec | undefined, showIds: boolean): void {
    const now = this.#clock.wallMs();
    const seconds = `${Math.floor(now / 1000)}.${String(Math.floor((now % 1000) * 1000)).padStart(6, '0')}`;
    const words = redactRequest(request, spec, showIds).map(quoted).join(' ');
    if (this.#lines.length === 0) queueMicrotask(() => this.#send());
    this.#lines.push(`+${seconds} [0 ${connection.address}] ${words}\r\n`);
  }

  #send(): void {
    const bytes = Buffer.from(this.#lines.join(''), 'utf8');
    this.#lines = [];
    for (const watcher of this.#watchers) this.#deliver(watcher, bytes);
  }
}

/** A word in quotes, with what cannot be printed escaped as redis-cli shows it. */
export function quoted(word: string): string {
  const escaped = word.replace(/[\\"\p{Cc}]/gu, (character) => {
    if (character === '\\' || character === '"') return `\\${character}`;
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    if (character === '\t') return '\\t';
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}
