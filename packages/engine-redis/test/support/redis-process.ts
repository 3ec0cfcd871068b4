// One server of Redis or Valkey (or Sentinel, which is the same program) on free loopback ports, in a folder of its own,
// ended by its own process id. It can be killed, frozen and started again on the same port with the same files. No server
// outlives the process that started it.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ReplyValue, RequestWord } from '@msession/protocol';
import { ControlConnection } from './control-connection.js';
import { freePort } from './free-port.js';
import { redisProgram } from './redis-program.js';

export interface RedisProcessOptions {
  /** Lines of redis.conf beside port, folder and silence about disks. */
  readonly config?: readonly string[];
  readonly mode?: 'server' | 'sentinel';
  /** Speaks TLS instead of plain TCP. */
  readonly tls?: {
    readonly authority: string;
    readonly authorityFile: string;
    readonly certificateFile: string;
    readonly keyFile: string;
  };
  /** Who asks about the server, where not everybody may. */
  readonly administrator?: { readonly username: string; readonly password: string };
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Milliseconds between two looks at something that changes outside this process. */
const lookMs = 15;

/** Looks until something holds. The limit only ends a wait that is in vain. */
export async function untilSo(what: string, holds: () => Promise<boolean> | boolean, limitMs = 60_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

export class RedisProcess {
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly #options: RedisProcessOptions;
  readonly #folder: string;
  readonly #configFile: string;
  #child: ChildProcess | null = null;
  #control: ControlConnection | null = null;

  private constructor(port: number, options: RedisProcessOptions) {
    this.port = port;
    this.#options = options;
    this.#folder = mkdtempSync(path.join(tmpdir(), 'msession-redis-'));
    this.#configFile = path.join(this.#folder, 'redis.conf');
    const { tls } = options;
    const lines = [
      'bind 127.0.0.1',
      tls === undefined ? `port ${port}` : 'port 0',
      ...(tls === undefined
        ? []
        : [
            `tls-port ${port}`,
            `tls-ca-cert-file ${tls.authorityFile}`,
            `tls-cert-file ${tls.certificateFile}`,
            `tls-key-file ${tls.keyFile}`,
            'tls-auth-clients optional',
          ]),
      `dir ${this.#folder}`,
      'logfile redis.log',
      'protected-mode no',
      ...(options.mode === 'sentinel' ? [] : ['save ""', 'appendonly no', 'repl-diskless-sync-delay 0']),
      ...(options.config ?? []),
    ];
    writeFileSync(this.#configFile, `${lines.join('\n')}\n`);
  }

  /** Starts a server; resolves when it answers. A port that somebody took meanwhile is exchanged for another. */
  static async start(
    options: RedisProcessOptions | ((port: number) => Promise<RedisProcessOptions> | RedisProcessOptions) = {},
  ): Promise<RedisProcess> {
    for (let tries = 1; ; tries++) {
      // without a choice the bus of a cluster is 10,000 above, which has to be a port
      const port = await freePort(redisProgram().hasClusterPort ? 65_535 : 55_535);
      const server = new RedisProcess(port, typeof options === 'function' ? await options(port) : options);
      try {
        await server.restart();
        return server;
      } catch (error) {
        await server.stop();
        if (tries === 5 || !String(error).includes('ended')) throw error;
      }
    }
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it again where it ran before; resolves when it answers. */
  async restart(): Promise<void> {
    const words = [this.#configFile, ...(this.#options.mode === 'sentinel' ? ['--sentinel'] : [])];
    const child = spawn(redisProgram().server, words, { stdio: 'ignore' });
    this.#child = child;
    running.add(child);
    child.once('exit', () => {
      running.delete(child);
      if (this.#child === child) this.#child = null;
    });
    await untilSo('the redis-server answers', async () => {
      if (this.#child !== child) throw new Error(`redis-server ended before it answered:\n${this.log()}`);
      try {
        await (await this.control()).call('PING');
        return (await this.info('persistence', 'loading')) !== '1';
      } catch {
        return false;
      }
    });
  }

  /** A connection for the test's own questions, made when it is first asked for. */
  async control(): Promise<ControlConnection> {
    if (this.#control === null || this.#control.isClosed) this.#control = await this.connect();
    return this.#control;
  }

  connect(): Promise<ControlConnection> {
    const { tls, administrator } = this.#options;
    return ControlConnection.open({
      host: this.host,
      port: this.port,
      ...(tls === undefined ? {} : { authority: tls.authority }),
      ...(administrator ?? {}),
    });
  }

  async call(...words: readonly RequestWord[]): Promise<ReplyValue> {
    return await this.#asked((control) => control.call(...words));
  }

  async text(...words: readonly RequestWord[]): Promise<string> {
    return await this.#asked((control) => control.text(...words));
  }

  async texts(...words: readonly RequestWord[]): Promise<string[]> {
    return await this.#asked((control) => control.texts(...words));
  }

  async info(section: string, field: string): Promise<string | undefined> {
    return await this.#asked((control) => control.info(section, field));
  }

  /** What the server logged. */
  log(): string {
    try {
      return readFileSync(path.join(this.#folder, 'redis.log'), 'utf8');
    } catch {
      return '';
    }
  }

  /** More lines for the next start. */
  configure(lines: readonly string[]): void {
    appendFileSync(this.#configFile, `${lines.join('\n')}\n`);
  }

  /** Ends it as a power failure would; its files stay. */
  async kill(): Promise<void> {
    this.#control?.close();
    this.#control = null;
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Stops it in its tracks: sockets stay open, nothing answers. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Ends it and removes its files. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Servers hang up on their clients when they change roles; such a question is asked again. */
  async #asked<Answer>(ask: (control: ControlConnection) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const control = await this.control();
      try {
        return await ask(control);
      } catch (error) {
        if (!control.isClosed || !this.isRunning) throw error;
      }
    }
  }
}
