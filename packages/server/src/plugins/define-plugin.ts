// What a plugin is: a name, functions that clients reach by CALL, and hooks. The hooks are those the original daemon
// gave its plugins. They hear of changes after they happened; none can change or refuse a command.
import type { ReplyValue } from '@msession/protocol';
import type { Logger } from 'pino';

/** What a function, an escape or a relay may answer: text or bytes as a bulk string, a number in decimal, or null. */
export type PluginReply = string | Uint8Array | number | bigint | null | undefined;

/** What every function and hook is given last. */
export interface PluginContext {
  /**
   * Runs one engine command and answers its decoded reply (bulk strings as Buffers).
   * @throws ReplyError when the command answers an error; `code` says which
   * @example const count = await context.execute('INC', 'globals', 'visits');
   */
  execute(...words: readonly (string | Uint8Array | number | bigint)[]): Promise<ReplyValue>;
  /** Milliseconds since 1970, by the server's clock. */
  nowMs(): number;
  /** Seconds since the server was made. */
  uptimeSeconds(): number;
  /** The server's version. */
  readonly version: string;
  /** The server's log, with the plugin's name. */
  readonly log: Logger;
}

/** Of functions, `escape` and `relay`: somebody waits for the answer. */
export interface PluginCallContext extends PluginContext {
  readonly caller: { readonly id: number; readonly address: string; readonly name: string };
  /** Aborted when the time is over: the caller has had its error, and the answer will be dropped. */
  readonly signal: AbortSignal;
}

/** A function for CALL: its parameters as bytes, and the context. */
export type PluginFunction = (
  parameters: readonly Buffer[],
  context: PluginCallContext,
) => PluginReply | Promise<PluginReply>;

type Hook<Event> = (event: Event, context: PluginContext) => void | Promise<void>;

export interface SessionHookEvent {
  readonly id: Buffer;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export interface PluginHooks {
  /** Before the server listens; when it fails the server does not start. */
  readonly start?: (context: PluginContext) => void | Promise<void>;
  /** When the server has closed its connections. */
  readonly stop?: (context: PluginContext) => void | Promise<void>;
  /** Every `pulseSeconds`; never while the one before still runs. */
  readonly pulse?: (context: PluginContext) => void | Promise<void>;
  /** A session came to be. */
  readonly sessionCreate?: Hook<SessionHookEvent>;
  /** Right behind `sessionCreate` of all plugins: the place to give the session its first variables. */
  readonly sessionInit?: Hook<SessionHookEvent>;
  /** A session is gone, and why. */
  readonly sessionDestroy?: Hook<SessionHookEvent & { readonly reason: 'destroyed' | 'expired' | 'evicted' }>;
  /** FLUSH was run. */
  readonly sessionFlush?: Hook<{ readonly idleSeconds: number; readonly dropped: number }>;
  /** A session has another id. */
  readonly rename?: Hook<SessionHookEvent & { readonly newId: Buffer }>;
  /** A variable was written: by SETVAL, INC, ADD, MULDIV, or VARS of DATASET and SUNLOCK. */
  readonly setValue?: Hook<{ readonly id: Buffer; readonly name: Buffer; readonly value: Buffer }>;
  /** Data was written: by DATASET, SUNLOCK, CREATE or UNIQ. The original's `set blob` is the same here. */
  readonly setData?: Hook<{ readonly id: Buffer; readonly data: Buffer }>;
  /** SERIALIZE was run: everything is durable. */
  readonly serialize?: (context: PluginContext) => void | Promise<void>;
  /** The engine has its sessions back and the server is about to listen; runs behind `start`. */
  readonly restore?: (context: PluginContext) => void | Promise<void>;
  /**
   * The personality's escape: answers PLUGIN. One plugin of a server at most has it. The session exists.
   */
  readonly escape?: (
    call: { readonly id: Buffer; readonly value: Buffer; readonly parameter: Buffer | null },
    context: PluginCallContext,
  ) => PluginReply | Promise<PluginReply>;
  /**
   * Is offered every command the server does not know, to a client with the right to write. To decline, answer
   * undefined, without a promise; the next plugin is asked, and in the end the client is told of an unknown command.
   */
  readonly relay?: (words: readonly Buffer[], context: PluginCallContext) => PluginReply | Promise<PluginReply>;
}

export interface PluginDefinition {
  /** Shown by INFO and in messages; unique within a server. Letters, digits, `-` and `_`. */
  readonly name: string;
  readonly version?: string;
  /** Milliseconds that a function or an asynchronous hook may take. Default 5000. */
  readonly timeoutMs?: number;
  /** Seconds between pulses. Default 1. */
  readonly pulseSeconds?: number;
  /** For CALL, by name; a name may be offered by one plugin only. */
  readonly functions?: Readonly<Record<string, PluginFunction>>;
  readonly hooks?: PluginHooks;
}

/** A checked plugin. */
export type Plugin = Readonly<PluginDefinition>;

/** Something named as a plugin is none, or does not go with the others; the message says what to change. */
export class PluginFault extends Error {
  readonly code = 'PLUGIN';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PluginFault';
  }
}

const hookNames: ReadonlySet<string> = new Set([
  'start',
  'stop',
  'pulse',
  'sessionCreate',
  'sessionInit',
  'sessionDestroy',
  'sessionFlush',
  'rename',
  'setValue',
  'setData',
  'serialize',
  'restore',
  'escape',
  'relay',
] satisfies (keyof PluginHooks)[]);

/**
 * Checks a plugin's shape and gives it its type.
 * @throws PluginFault when the shape is wrong
 * @example
 * export const plugin = definePlugin({
 *   name: 'greeter',
 *   functions: { greet: ([name]) => `hello ${name ?? 'you'}` },
 * });
 */
export function definePlugin(definition: PluginDefinition): Plugin {
  return checkPlugin(definition, 'definePlugin');
}

/** Checks what a module gave; `source` names it in messages. */
export function checkPlugin(value: unknown, source: string): Plugin {
  const fail = (reason: string): never => {
    throw new PluginFault(`${source}: ${reason}`);
  };
  if (typeof value !== 'object' || value === null) fail('a plugin is an object made by definePlugin');
  const plugin = value as Partial<PluginDefinition>;
  if (typeof plugin.name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(plugin.name))
    fail("a plugin's name has 1 to 64 letters, digits, - and _");
  for (const unit of ['timeoutMs', 'pulseSeconds'] as const) {
    const number = plugin[unit];
    if (number !== undefined && !(typeof number === 'number' && number > 0 && number <= 86_400_000))
      fail(`${unit} of plugin '${plugin.name}' must be a number above 0`);
  }
  for (const part of ['functions', 'hooks'] as const) {
    const entries = plugin[part];
    if (entries === undefined) continue;
    if (typeof entries !== 'object' || entries === null) fail(`${part} of plugin '${plugin.name}' must be an object`);
    for (const [name, entry] of Object.entries(entries)) {
      if (typeof entry !== 'function') fail(`${part}.${name} of plugin '${plugin.name}' must be a function`);
      if (part === 'hooks' && !hookNames.has(name))
        fail(`plugin '${plugin.name}' has an unknown hook '${name}'; there are ${[...hookNames].join(' ')}`);
    }
  }
  return Object.freeze({ ...(value as PluginDefinition) });
}
