// All that knows the client library: one connection to a server, or one to each node of a cluster, and one for
// subscriptions. Commands of one turn of the event loop leave in one write. What was not sent is tried again within its
// deadline; what was sent and not answered is not, unless it may be done twice.
import { EngineError, StoreFault } from '@msession/engine';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { slotOf } from '../layout/hash-slot.js';
import { bucketCount } from '../layout/place.js';
import { LinkCommand, type Settle } from './link-command.js';
import type { RedisServers } from './redis-address.js';
import { ReplicaAcks } from './replica-acks.js';
import { evalBytes, type WrittenCall } from './script-call.js';
import type { ScriptReply } from './script-runner.js';

export interface RedisLinkOptions {
  readonly servers: RedisServers;
  /** How long a command may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Replicas that must have a change before its reply is known. Default 0. */
  readonly replicasAck?: number;
  /** Told about what an operator should know: Redis is away, and that it is back. */
  readonly onNotice?: (message: string) => void;
}

const retryDelayMs = 25;
/** Errors of commands that were not carried out: worth another try, since the state behind them passes. */
const passing = /^(LOADING|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY|NOREPLICAS|BUSY|Too many Cluster redirections)\b/;

export class RedisLink {
  readonly isCluster: boolean;
  readonly #client: Redis | Cluster;
  readonly #subscriber: Redis | Cluster;
  readonly #timeoutMs: number;
  readonly #replicas: number;
  #acks: ReplicaAcks | undefined;
  readonly #slots: readonly number[];
  readonly #listeners = new Map<string, (message: Buffer) => void>();
  #firstCall: Call | undefined;
  #lastCall: Call | undefined;
  /** As of the last look at timeouts; good enough to count from. */
  #nowMs = Date.now();
  #watch: NodeJS.Timeout | undefined;
  #corked: Redis[] = [];
  #fault: string | undefined = 'not connected yet';
  #wasReady = false;
  /** Calls were given up, and nothing was answered meanwhile. */
  #isSilent = false;
  /** As good as `nowMs`. */
  #repliedAtMs = 0;
  #isClosed = false;
  readonly #onNotice: (message: string) => void;

  constructor(options: RedisLinkOptions) {
    const { servers } = options;
    this.isCluster = servers.topology === 'cluster';
    this.#timeoutMs = options.timeoutMs;
    this.#onNotice = options.onNotice ?? (() => {});
    this.#replicas = options.replicasAck ?? 0;
    this.#slots = Array.from({ length: bucketCount }, (_, bucket) => slotOf(String(bucket)));
    this.#client = connect(servers, options.timeoutMs);
    this.#subscriber = this.#client instanceof Cluster ? this.#client : connect(servers, options.timeoutMs, true);
    for (const client of new Set([this.#client, this.#subscriber])) {
      client.on('error', (error: Error) => this.#note(error));
      client.on('messageBuffer', (channel: Buffer, message: Buffer) => this.#onMessage(channel, message));
      client.on('smessageBuffer', (channel: Buffer, message: Buffer) => this.#onMessage(channel, message));
    }
    this.#client.on('ready', () => this.#recover());
    // where it could not be made, that has been said already, with its reason
    this.#client.on('close', () => {
      if (this.#fault === undefined) this.#lose('the connection to Redis is closed');
    });
  }

  /** Why commands cannot be answered now; undefined when they can. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Resolves when commands can be sent; rejects when that is not so within the timeout. */
  async open(): Promise<void> {
    await Promise.all([...new Set([this.#client, this.#subscriber])].map((client) => this.#ready(client)));
  }

  #ready(client: Redis | Cluster): Promise<void> {
    if (client.status === 'ready') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (fault?: EngineError) => {
        clearTimeout(timer);
        client.off('ready', end).off('error', onError);
        if (fault === undefined) resolve();
        else reject(fault);
      };
      const onError = (error: Error) => {
        const fault = refusal(error);
        if (fault !== undefined) end(fault);
      };
      const timer = setTimeout(() => end(unavailable(this.#fault ?? 'Redis does not answer')), this.#timeoutMs);
      client.once('ready', end).on('error', onError);
      client.connect().catch((error: Error) => this.#note(error));
    });
  }

  /** Changes made before this need no replica: what a start does is done again, and must not wait for what is missing. */
  expectReplicas(): void {
    if (this.#replicas > 0) this.#acks = new ReplicaAcks({ replicas: this.#replicas, timeoutMs: this.#timeoutMs });
  }

  close(): void {
    clearTimeout(this.#watch);
    this.#isClosed = true;
    this.#fault = 'the engine is closed';
    this.#client.disconnect();
    this.#subscriber.disconnect();
  }

  /** Runs a script on the node of its bucket. Rejects with an `EngineError` only. */
  runScript(call: WrittenCall): Promise<ScriptReply> {
    const slot = this.#slots[call.bucket] as number;
    const isRepeatable = call.script.scope !== 'bucket';
    return this.#send('evalsha', call.evalsha, slot, isRepeatable, call).catch((error: unknown) => {
      if (!isNoScript(error)) throw engineError(error);
      return this.#send('eval', evalBytes(call), slot, isRepeatable).catch((again: unknown) => {
        throw engineError(again);
      });
    });
  }

  /** Runs a plain command on the node of a bucket; it must be one that may be done twice. */
  async run(bucket: number, words: readonly (string | Uint8Array | number)[]): Promise<ScriptReply> {
    try {
      return await this.#send('evalsha', commandBytes(words), this.#slots[bucket] as number, true);
    } catch (error) {
      throw engineError(error);
    }
  }

  /** As `run`, for keys and channels outside of any bucket. */
  async runOn(key: string, words: readonly (string | Uint8Array | number)[]): Promise<ScriptReply> {
    try {
      return await this.#send('evalsha', commandBytes(words), slotOf(key), true);
    } catch (error) {
      throw engineError(error);
    }
  }

  /** Whether keys of two buckets may stand in one script. */
  sharesSlot(bucket: number, other: number): boolean {
    return !this.isCluster || this.#slots[bucket] === this.#slots[other];
  }

  /** Runs a command on every master. */
  async onMasters(words: readonly [string, ...string[]]): Promise<unknown[]> {
    const [name, ...rest] = words;
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
    try {
      return await Promise.all(nodes.map((node) => node.call(name, ...rest)));
    } catch (error) {
      throw engineError(error);
    }
  }

  async publish(channel: string, message: Buffer): Promise<void> {
    await this.runOn(channel, ['PUBLISH', channel, message]);
  }

  /** From now on `listener` gets the channel's messages; after a lost connection it is subscribed again by itself. */
  async subscribe(channel: string, listener: (message: Buffer) => void): Promise<void> {
    this.#listeners.set(channel, listener);
    await this.#subscriber.subscribe(channel);
  }

  /** Whether messages of a bucket can stay with its own node: in a Cluster of Redis 7 or later. */
  async hasShardedChannels(): Promise<boolean> {
    if (!this.isCluster) return false;
    const versions = await this.onMasters(['INFO', 'server']);
    return versions.every((text) => Number(/redis_version:(\d+)/.exec(String(text))?.[1] ?? 0) >= 7);
  }

  /** As `subscribe`, on the nodes of the channels' buckets; where a bucket moves, its subscription follows. */
  async subscribeSharded(channels: readonly string[], listener: (message: Buffer) => void): Promise<void> {
    for (const channel of channels) this.#listeners.set(channel, listener);
    await Promise.all(channels.map((channel) => this.#subscriber.ssubscribe(channel)));
  }

  async unsubscribe(channel: string): Promise<void> {
    this.#listeners.delete(channel);
    await this.#subscriber.unsubscribe(channel);
  }

  /** Calls back whenever subscriptions may have missed messages: their connection was lost and is there again. */
  onResubscribed(callback: () => void): void {
    this.#subscriber.on('ready', callback);
  }

  #onMessage(channel: Buffer, message: Buffer): void {
    this.#listeners.get(channel.toString('latin1'))?.(message);
  }

  #note(error: Error): void {
    this.#lose(`Redis cannot be reached: ${error.message}`);
  }

  #recover(): void {
    this.#isSilent = false;
    if (this.#isClosed) return;
    if (this.#wasReady && this.#fault !== undefined) this.#onNotice('Redis is there again');
    this.#wasReady = true;
    this.#fault = undefined;
  }

  #lose(reason: string): void {
    if (this.#isClosed) return;
    if (this.#fault === undefined) this.#onNotice(reason);
    this.#fault = reason;
  }

  #send(name: string, bytes: Buffer, slot: number, isRepeatable: boolean, script?: WrittenCall): Promise<ScriptReply> {
    this.#watchTimeouts();
    return new Promise((resolve, reject) => {
      const call: Call = {
        name,
        bytes,
        slot,
        isRepeatable,
        script,
        deadlineMs: this.#nowMs + this.#timeoutMs,
        command: undefined,
        resolve,
        reject,
        next: undefined,
        previous: this.#lastCall,
      };
      if (this.#lastCall === undefined) this.#firstCall = call;
      else this.#lastCall.next = call;
      this.#lastCall = call;
      this.#attempt(call);
    });
  }

  #attempt(call: Call): void {
    const settle: Settle = (sent, reply, error) => {
      if (call.command !== sent) return;
      if (error !== undefined) this.#onError(call, sent, error);
      else this.#onReply(call, sent, reply as ScriptReply);
    };
    const command = new LinkCommand(call.name, call.bytes, call.slot, settle, call.script);
    call.command = command;
    this.#cork();
    this.#client.sendCommand(command.asCommand);
  }

  #onReply(call: Call, command: LinkCommand, reply: ScriptReply): void {
    this.#remove(call);
    this.#repliedAtMs = this.#nowMs;
    if (this.#isSilent) this.#recover();
    if (this.#acks === undefined || call.isRepeatable) call.resolve(reply);
    else this.#acknowledge(command, this.#acks).then(() => call.resolve(reply), call.reject);
  }

  #onError(call: Call, command: LinkCommand, error: Error): void {
    const isUndone = !command.wasWritten || passing.test(error.message);
    if ((isUndone || (call.isRepeatable && isConnectionError(error))) && !this.#isClosed) {
      call.command = undefined;
      setTimeout(() => {
        if (call.deadlineMs !== 0) this.#attempt(call);
      }, retryDelayMs);
      return;
    }
    this.#remove(call);
    call.reject(error);
  }

  /** Takes a call out of the list of those that are under way. */
  #remove(call: Call): void {
    if (call.previous === undefined) this.#firstCall = call.next;
    else call.previous.next = call.next;
    if (call.next === undefined) this.#lastCall = call.previous;
    else call.next.previous = call.previous;
    call.command = undefined;
    call.previous = undefined;
    call.next = undefined;
    call.deadlineMs = 0;
  }

  /** Resolves when replicas have what a command changed. */
  async #acknowledge({ stream }: LinkCommand, acks: ReplicaAcks): Promise<void> {
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('all') : [this.#client];
    const node = nodes.find((each) => each.stream === stream);
    if (node === undefined || stream === undefined || !(await acks.confirm(node, stream)))
      throw unavailable('done, but not known to be on as many replicas as engine-replicas-ack asks for');
  }

  /** Holds back what is written in this turn of the event loop, so that it leaves in one write. */
  #cork(): void {
    if (this.#corked.length > 0) return;
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
    for (const node of nodes) {
      if (node.status !== 'ready' || !node.stream?.writable) continue;
      node.stream.cork();
      this.#corked.push(node);
    }
    if (this.#corked.length === 0) return;
    const streams = this.#corked.map((node) => node.stream);
    setImmediate(() => {
      this.#corked = [];
      for (const stream of streams) stream.uncork();
    });
  }

  /** One timer for all commands: one each would cost more than the commands. */
  #watchTimeouts(): void {
    if (this.#watch !== undefined) return;
    this.#nowMs = Date.now();
    this.#watch = setTimeout(
      () => {
        this.#watch = undefined;
        this.#nowMs = Date.now();
        this.#giveUpOverdue();
        if (this.#firstCall !== undefined) this.#watchTimeouts();
      },
      Math.max(10, this.#timeoutMs / 16),
    );
    this.#watch.unref();
  }

  /** Calls stand in the order of their deadlines, since all may take the same time. */
  #giveUpOverdue(): void {
    const isOverdue = this.#firstCall !== undefined && this.#firstCall.deadlineMs <= this.#nowMs;
    if (isOverdue && this.#repliedAtMs + this.#timeoutMs <= this.#nowMs) {
      this.#isSilent = true;
      this.#lose(`Redis has not answered anything for ${this.#timeoutMs} ms`);
    }
    for (let call = this.#firstCall; call !== undefined && call.deadlineMs <= this.#nowMs; call = this.#firstCall) {
      const { command } = call;
      if (command !== undefined) command.isGivenUp = true;
      this.#remove(call);
      const what =
        command?.wasWritten === true ? 'did not answer; it is not known whether it was done' : 'cannot be reached';
      call.reject(unavailable(`Redis ${what} within ${this.#timeoutMs} ms`));
    }
  }
}

/** A command until it is answered, maybe sent several times. */
interface Call {
  readonly name: string;
  readonly bytes: Buffer;
  readonly slot: number;
  readonly isRepeatable: boolean;
  readonly script: WrittenCall | undefined;
  /** 0 when it has been answered. */
  deadlineMs: number;
  command: LinkCommand | undefined;
  readonly resolve: (reply: ScriptReply) => void;
  readonly reject: (error: Error) => void;
  previous: Call | undefined;
  next: Call | undefined;
}

function connect(servers: RedisServers, timeoutMs: number, isSubscriber = false): Redis | Cluster {
  const { username, password, tls } = servers;
  const shared: Omit<RedisOptions, 'replyMapping'> = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
    connectTimeout: Math.max(timeoutMs, 1000),
    // a machine that lost its power closes no connection
    socketTimeout: 3 * timeoutMs,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: isSubscriber ? null : 0,
    enableReadyCheck: true,
    connectionName: 'msession',
  };
  if (servers.topology === 'cluster') {
    const options = {
      redisOptions: shared,
      enableOfflineQueue: false,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 50,
      retryDelayOnTryAgain: 20,
      maxRedirections: 64,
      slotsRefreshInterval: 5000,
      clusterRetryStrategy: reconnectDelay,
      scaleReads: 'master' as const,
      shardedSubscribers: true,
      lazyConnect: true,
    };
    return new Cluster([...servers.hosts], options);
  }
  const { database, masterName, sentinelPassword } = servers;
  const own: Omit<RedisOptions, 'replyMapping'> = {
    ...shared,
    enableOfflineQueue: isSubscriber,
    db: database ?? 0,
    retryStrategy: reconnectDelay,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    lazyConnect: true,
  };
  if (servers.topology === 'sentinel') {
    return new Redis({
      ...own,
      sentinels: [...servers.hosts],
      name: masterName ?? 'mymaster',
      sentinelRetryStrategy: reconnectDelay,
      ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
      ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    });
  }
  const [first] = servers.hosts;
  if (first === undefined) throw new RangeError('an address of Redis needs a host');
  return new Redis({ ...own, host: first.host, port: first.port });
}

function reconnectDelay(times: number): number {
  return Math.min(25 * 2 ** Math.min(times, 6), 1000);
}

function commandBytes(words: readonly (string | Uint8Array | number)[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`*${words.length}\r\n`)];
  for (const word of words) {
    const bytes = typeof word === 'object' ? word : Buffer.from(String(word));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, lineEnd);
  }
  return Buffer.concat(parts);
}

const lineEnd = Buffer.from('\r\n');

function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

function isConnectionError(error: Error): boolean {
  return error.name !== 'ReplyError';
}

/** What no trying again can mend: we are not let in, or do not trust who answers. */
function refusal(error: Error): StoreFault | undefined {
  const { lastNodeError } = error as { readonly lastNodeError?: Error };
  for (const each of [error, lastNodeError]) {
    if (each === undefined) continue;
    if (/\b(WRONGPASS|NOAUTH|NOPERM|invalid password)\b/.test(each.message))
      return new StoreFault(`Redis does not let us in: ${each.message}`);
    const { code = '' } = each as NodeJS.ErrnoException;
    if (/^(CERT_|DEPTH_ZERO_|ERR_TLS_CERT|SELF_SIGNED_|UNABLE_TO_)/.test(code))
      return new StoreFault(`the certificate of Redis is not accepted: ${each.message}`);
  }
  return undefined;
}

export function unavailable(message: string): EngineError {
  return new EngineError('UNAVAILABLE', message);
}

/** What went wrong, as a client may read it. */
function engineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('OOM command not allowed'))
    return new EngineError('OOM', 'Redis is full (its maxmemory): this write was refused');
  const fault = error instanceof Error ? refusal(error) : undefined;
  if (fault !== undefined) return fault;
  if (error instanceof Error && !isConnectionError(error))
    return unavailable(`Redis refused: ${message.slice(0, 200)}`);
  return unavailable('the connection to Redis was lost; it is not known whether this was done');
}
