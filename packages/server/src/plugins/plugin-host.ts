// Runs plugins: functions and escapes for clients that wait, hooks for changes that happened. Whatever a plugin throws,
// rejects with or never finishes ends here, as an error of its caller or a line in the log.
import type { Caller, Clock, Engine } from '@msession/engine';
import {
  type CommandName,
  commandList,
  type DeferredReply,
  findCommandIndex,
  ReplyCollector,
  ReplyError,
  type ReplySink,
  type ReplyValue,
  Request,
} from '@msession/protocol';
import type { Logger } from 'pino';
import { nextCallerId } from '../connection-registry.js';
import type { ServerStatistics } from '../server-statistics.js';
import type { Plugin, PluginCallContext, PluginContext, PluginHooks, PluginReply } from './define-plugin.js';
import { checkTogether } from './load-plugins.js';

export interface PluginHostOptions {
  readonly plugins: readonly Plugin[];
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly statistics: ServerStatistics;
  readonly version: string;
}

/** Who waits for a function's answer. */
export interface PluginCaller {
  readonly id: number;
  readonly address: string;
  readonly name: string;
}

interface Loaded {
  readonly plugin: Plugin;
  readonly context: PluginContext;
  readonly caller: Caller;
}

const defaultTimeoutMs = 5000;

/** What a plugin did wrong, as its caller is told. */
class PluginFailure {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

type Outcome = PluginReply | PluginFailure;

export class PluginHost {
  readonly #loaded: readonly Loaded[];
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #statistics: ServerStatistics;
  readonly #pulses = new Set<{ cancel(): void }>();
  #isStopped = false;

  constructor(options: PluginHostOptions) {
    checkTogether(options.plugins);
    this.#engine = options.engine;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#statistics = options.statistics;
    const startedAtMs = options.clock.monotonicMs();
    this.#loaded = options.plugins.map((plugin) => {
      const caller: Caller = { id: nextCallerId(), canReceivePush: () => false, push: () => undefined };
      const context: PluginContext = {
        execute: (...words) => this.#execute(caller, words),
        nowMs: () => options.clock.wallMs(),
        uptimeSeconds: () => Math.floor((options.clock.monotonicMs() - startedAtMs) / 1000),
        version: options.version,
        log: options.logger.child({ plugin: plugin.name }),
      };
      return { plugin, context, caller };
    });
  }

  get plugins(): readonly Plugin[] {
    return this.#loaded.map(({ plugin }) => plugin);
  }

  /** Whether any plugin has this hook. */
  has(hook: keyof PluginHooks): boolean {
    return this.#loaded.some(({ plugin }) => plugin.hooks?.[hook] !== undefined);
  }

  /** Runs `start` and `restore` of all plugins, then begins their pulses. Rejects with the first that fails. */
  async start(): Promise<void> {
    for (const hook of ['start', 'restore'] as const) {
      for (const { plugin, context } of this.#loaded) await plugin.hooks?.[hook]?.(context);
    }
    for (const loaded of this.#loaded) if (loaded.plugin.hooks?.pulse !== undefined) this.#schedulePulse(loaded);
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const pulse of this.#pulses) pulse.cancel();
    for (const { plugin, context, caller } of this.#loaded) {
      if (plugin.hooks?.stop !== undefined)
        await this.#notify({ plugin, context, caller }, 'stop', () => plugin.hooks?.stop?.(context));
      this.#engine.release(caller);
    }
  }

  /** CALL. Undefined when the reply is in the sink. */
  call(
    name: string,
    parameters: readonly Buffer[],
    caller: PluginCaller,
    sink: ReplySink,
  ): undefined | Promise<DeferredReply> {
    const loaded = this.#loaded.find(({ plugin }) => Object.hasOwn(plugin.functions ?? {}, name));
    const run = loaded?.plugin.functions?.[name];
    if (loaded === undefined || run === undefined) {
      sink.error('NOFN', `no plugin offers the function '${printable(name)}'`);
      return undefined;
    }
    return this.#answer(loaded, `function '${name}'`, caller, sink, (context) => run(parameters, context));
  }

  /** PLUGIN, of a session that exists. */
  escape(
    call: { readonly id: Buffer; readonly value: Buffer; readonly parameter: Buffer | null },
    caller: PluginCaller,
    sink: ReplySink,
  ): undefined | Promise<DeferredReply> {
    const loaded = this.#loaded.find(({ plugin }) => plugin.hooks?.escape !== undefined);
    const run = loaded?.plugin.hooks?.escape;
    if (loaded === undefined || run === undefined) {
      sink.error('NOFN', 'no plugin has an escape');
      return undefined;
    }
    return this.#answer(loaded, 'escape', caller, sink, (context) => run(call, context));
  }

  /** A command that the server does not know. `false` when no plugin took it. */
  relay(words: readonly Buffer[], caller: PluginCaller, sink: ReplySink): false | undefined | Promise<DeferredReply> {
    for (const loaded of this.#loaded) {
      const run = loaded.plugin.hooks?.relay;
      if (run === undefined) continue;
      const outcome = this.#run(loaded, 'relay', caller, (context) => run(words, context));
      if (outcome === undefined) continue;
      return this.#write(loaded, 'relay', outcome, sink);
    }
    return false;
  }

  /** Tells all plugins of something that happened; returns before they have run. */
  notify<Name extends keyof PluginHooks>(hook: Name, event: Parameters<NonNullable<PluginHooks[Name]>>[0]): void {
    for (const loaded of this.#loaded) {
      const run = loaded.plugin.hooks?.[hook] as
        | ((event: unknown, context: PluginContext) => void | Promise<void>)
        | undefined;
      if (run === undefined) continue;
      queueMicrotask(() => {
        void this.#notify(loaded, hook, () => run(event, loaded.context));
      });
    }
  }

  /** Hooks without an event of their own. */
  notifyPlain(hook: 'serialize'): void {
    for (const loaded of this.#loaded) {
      const run = loaded.plugin.hooks?.[hook];
      if (run === undefined) continue;
      queueMicrotask(() => {
        void this.#notify(loaded, hook, () => run(loaded.context));
      });
    }
  }

  async #notify(loaded: Loaded, hook: string, run: () => void | Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#failed(loaded, hook, error);
    }
  }

  #schedulePulse(loaded: Loaded): void {
    const pulse = this.#clock.schedule((loaded.plugin.pulseSeconds ?? 1) * 1000, () => {
      this.#pulses.delete(pulse);
      void this.#notify(loaded, 'pulse', () => loaded.plugin.hooks?.pulse?.(loaded.context)).then(() => {
        if (!this.#isStopped) this.#schedulePulse(loaded);
      });
    });
    this.#pulses.add(pulse);
  }

  #answer(
    loaded: Loaded,
    what: string,
    caller: PluginCaller,
    sink: ReplySink,
    run: (context: PluginCallContext) => PluginReply | Promise<PluginReply>,
  ): undefined | Promise<DeferredReply> {
    return this.#write(loaded, what, this.#run(loaded, what, caller, run), sink);
  }

  #run(
    loaded: Loaded,
    what: string,
    caller: PluginCaller,
    run: (context: PluginCallContext) => PluginReply | Promise<PluginReply>,
  ): Outcome | Promise<Outcome> {
    const abort = new AbortController();
    try {
      const result = run({ ...loaded.context, caller, signal: abort.signal });
      if (typeof (result as Promise<PluginReply> | undefined)?.then !== 'function') return result as PluginReply;
      return this.#withinTime(loaded, what, result as Promise<PluginReply>, abort);
    } catch (error) {
      return this.#failed(loaded, what, error);
    }
  }

  #withinTime(loaded: Loaded, what: string, result: Promise<PluginReply>, abort: AbortController): Promise<Outcome> {
    const timeoutMs = loaded.plugin.timeoutMs ?? defaultTimeoutMs;
    return new Promise((resolve) => {
      const timer = this.#clock.schedule(timeoutMs, () => {
        abort.abort();
        resolve(this.#failed(loaded, what, new Error(`no answer within ${timeoutMs} ms`)));
      });
      result.then(
        (value) => {
          timer.cancel();
          resolve(value);
        },
        (error: unknown) => {
          timer.cancel();
          resolve(this.#failed(loaded, what, error));
        },
      );
    });
  }

  #write(
    loaded: Loaded,
    what: string,
    outcome: Outcome | Promise<Outcome>,
    sink: ReplySink,
  ): undefined | Promise<DeferredReply> {
    if (outcome instanceof Promise)
      return outcome.then((value) => (late) => this.#writeValue(loaded, what, value, late));
    this.#writeValue(loaded, what, outcome, sink);
    return undefined;
  }

  #writeValue(loaded: Loaded, what: string, value: Outcome, sink: ReplySink): void {
    if (value instanceof PluginFailure) sink.error('PLUGIN', value.message);
    else if (value === null || value === undefined) sink.null();
    else if (typeof value === 'string') sink.bulkText(value);
    else if (typeof value === 'number' || typeof value === 'bigint') sink.bulkText(String(value));
    else if (value instanceof Uint8Array) sink.bulk(value, 0, value.length);
    else
      sink.error(
        'PLUGIN',
        this.#failed(loaded, what, new Error('the answer is neither text, bytes nor a number')).message,
      );
  }

  #failed(loaded: Loaded, what: string, error: unknown): PluginFailure {
    this.#statistics.pluginFailures++;
    this.#logger.error({ err: error, plugin: loaded.plugin.name, what }, 'a plugin failed');
    const reason = error instanceof Error ? error.message : String(error);
    return new PluginFailure(`${loaded.plugin.name}: ${what}: ${printable(reason)}`);
  }

  async #execute(caller: Caller, words: readonly (string | Uint8Array | number | bigint)[]): Promise<ReplyValue> {
    if (words.length === 0) throw new ReplyError('ERR', 'no command');
    const request = Request.of(words);
    const spec = commandList[findCommandIndex(request)];
    if (spec === undefined) throw new ReplyError('ERR', `unknown command '${printable(request.text(0))}'`);
    if (spec.handledBy !== 'engine')
      throw new ReplyError('ERR', `plugins run commands about sessions; ${spec.name} is one of connections`);
    const collector = new ReplyCollector(3);
    const late = this.#engine.execute(spec.name as CommandName, request, collector, caller);
    if (late !== undefined) (await late)(collector);
    const value = collector.take();
    if (value instanceof ReplyError) throw value;
    return value;
  }
}

function printable(text: string): string {
  const line = text.split(/[\r\n]/, 1)[0] ?? '';
  return line.slice(0, 200).replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?');
}
