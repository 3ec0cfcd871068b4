// Starts the built daemon as its users do, and tells what it wrote and how it ended. Every daemon gets a free port, an
// environment without our variables, and is ended by its own process id.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../bin/msessiond.mjs', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DaemonOptions {
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A program and its words that run the daemon, `strace -f` say. */
  readonly under?: readonly string[];
}

export class DaemonProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';
  #listeners: (() => void)[] = [];

  constructor({ flags = [], environment = {}, cwd, under = [] }: DaemonOptions = {}) {
    const [program, ...words] = [...under, process.execPath, launcher, ...flags] as [string, ...string[]];
    this.child = spawn(program, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...cleanEnvironment(), ...environment },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#tell();
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#tell();
    });
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
        this.#tell();
      });
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get hasEnded(): boolean {
    return this.exit !== null;
  }

  /** Its exit code, or the signal that ended it; null while it runs. */
  get exit(): number | NodeJS.Signals | null {
    return this.child.exitCode ?? this.child.signalCode;
  }

  /** Waits for something in what was written; fails with all of it when the daemon ends first. */
  async until(what: (daemon: DaemonProcess) => boolean): Promise<void> {
    while (!what(this)) {
      if (this.hasEnded) throw new Error(`the daemon ended early:\n${this.#stdout}${this.#stderr}`);
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  /** The port of the ready line. */
  async port(): Promise<number> {
    await this.until(({ stdout }) => /^ready .*\n/m.test(stdout));
    return Number(/\btcp=\S+:(\d+)/.exec(this.#stdout)?.[1]);
  }

  async stop(): Promise<Ended> {
    if (!this.hasEnded) this.child.kill('SIGTERM');
    return await this.ended;
  }

  #tell(): void {
    for (const resolve of this.#listeners.splice(0)) resolve();
  }
}

/** Runs the daemon to its end, as for `--help` and bad settings. */
export async function runToEnd(options: DaemonOptions): Promise<Ended> {
  return await new DaemonProcess(options).ended;
}

/** The environment without our own variables and without npm's. */
export function cleanEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MSESSION_|npm_)/.test(name)));
}
