// All that knows the client library: one connection to a server, or one to each node of a cluster, and one for
// subscriptions. Commands of one turn of the event loop leave in one write. What was not sent is tried again within its
// deadline; what was sent and not answered is not, unless it may be done twice.
import { EngineError } from '@msession/engine';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { slotOf } from '../layout/hash-slot.js';
import { bucketCount } from '../layout/place.js';
import { LinkCommand } from './link-command.js';
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
const passing = /^(LOADING|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY|BUSY) /;

export class RedisLink {
  readonly isCluster: boolean;
  readonly #client: Redis | Cluster;
  readonly #subscriber: Redis | Cluster;
  readonly #timeoutMs: number;
  readonly #acks: ReplicaAcks | undefined;
  readonly #slots: readonly number[];
  readonly #listeners = new Map<string, (message: Buffer) => void>();
  /** In order of their deadlines, since all have the same time to live. */
  readonly #underWay: UnderWay[] = [];
  #watch: NodeJS.Timeout | undefined;
  #corked: Redis[] = [];
  #fault: string | undefined = 'not connected yet';
  #wasReady = false;
  #isClosed = false;
  readonly #onNotice: (message: string) => void;

  constructor(options: RedisLinkOptions) {
    const { servers } = options;
    this.isCluster = servers.topology === 'cluster';
    this.#timeoutMs = options.timeoutMs;
    this.#onNotice = options.onNotice ?? (() => {});
    const replicas = options.replicasAck ?? 0;
    this.#acks = replicas > 0 ? new ReplicaAcks({ replicas, timeoutMs: options.timeoutMs }) : undefined;
    this.#slots = Array.from({ length: bucketCount }, (_, bucket) => slotOf(String(bucket)));
    this.#client = connect(servers, options.timeoutMs);
    this.#subscriber = this.#client instanceof Cluster ? this.#client : connect(servers, options.timeoutMs, true);
    for (const client of new Set([this.#client, this.#subscriber])) {
      client.on('error', (error: Error) => this.#note(error));
      client.on('messageBuffer', (channel: Buffer, message: Buffer) => this.#onMessage(channel, message));
      client.on('smessageBuffer', (channel: Buffer, message: Buffer) => this.#onMessage(channel, message));
    }
    this.#client.on('ready', () => {
      if (this.#wasReady && this.#fault !== undefined) this.#onNotice('Redis is there again');
      this.#wasReady = true;
      this.#fault = undefined;
    });
    this.#client.on('close', () => this.#lose('the connection to Redis is closed'));
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
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        client.off('ready', done);
        reject(unavailable(this.#fault ?? 'no answer'));
      }, this.#timeoutMs);
      client.once('ready', done);
      client.connect().catch((error: Error) => this.#note(error));
    });
  }

  close(): void {
    clearTimeout(this.#watch);
    this.#isClosed = true;
    this.#fault = 'the engine is closed';
    this.#client.disconnect();
    this.#subscriber.disconnect();
  }

  /** Runs a script on the node of its bucket. Rejects with an `EngineError` only. */
  async runScript(call: WrittenCall): Promise<ScriptReply> {
    const slot = this.#slots[call.bucket] as number;
    const isWrite = call.script.scope === 'bucket';
    try {
      const reply = await this.#send('evalsha', call.evalsha, slot, !isWrite).catch((error: unknown) => {
        if (!isNoScript(error)) throw error;
        return this.#send('eval', evalBytes(call), slot, !isWrite);
      });
      return reply;
    } catch (error) {
      throw engineError(error);
    }
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

  #lose(reason: string): void {
    if (this.#isClosed) return;
    if (this.#fault === undefined) this.#onNotice(reason);
    this.#fault = reason;
  }

  #send(name: string, bytes: Buffer, slot: number, isRepeatable: boolean): Promise<ScriptReply> {
    return new Promise((resolve, reject) => {
      const sent: UnderWay = { deadlineMs: Date.now() + this.#timeoutMs, command: undefined, isDone: false, reject };
      this.#underWay.push(sent);
      this.#watchTimeouts();
      const attempt = () => {
        const command = new LinkCommand(name, bytes, slot);
        sent.command = command;
        command.promise.then(
          (reply) => {
            if (sent.isDone) return;
            sent.isDone = true;
            if (this.#acks === undefined || isRepeatable) resolve(reply as ScriptReply);
            else this.#acknowledge(command, this.#acks).then(() => resolve(reply as ScriptReply), reject);
          },
          (error: Error) => {
            if (sent.isDone) return;
            const isUndone = !command.wasWritten || passing.test(error.message);
            if ((isUndone || (isRepeatable && isConnectionError(error))) && !this.#isClosed) {
              setTimeout(() => {
                if (!sent.isDone) attempt();
              }, retryDelayMs);
              return;
            }
            sent.isDone = true;
            reject(error);
          },
        );
        this.#cork();
        this.#client.sendCommand(command);
      };
      attempt();
    });
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
    this.#watch = setTimeout(
      () => {
        this.#watch = undefined;
        this.#giveUpOverdue();
        if (this.#underWay.length > 0) this.#watchTimeouts();
      },
      Math.max(10, this.#timeoutMs / 8),
    );
    this.#watch.unref();
  }

  #giveUpOverdue(): void {
    const nowMs = Date.now();
    let kept = 0;
    for (const sent of this.#underWay) {
      if (sent.isDone) continue;
      if (sent.deadlineMs > nowMs) {
        this.#underWay[kept++] = sent;
        continue;
      }
      sent.isDone = true;
      if (sent.command !== undefined) sent.command.isGivenUp = true;
      const what =
        sent.command?.wasWritten === true ? 'did not answer; it is not known whether it was done' : 'cannot be reached';
      sent.reject(unavailable(`Redis ${what} within ${this.#timeoutMs} ms`));
    }
    this.#underWay.length = kept;
  }
}

interface UnderWay {
  readonly deadlineMs: number;
  command: LinkCommand | undefined;
  isDone: boolean;
  readonly reject: (error: Error) => void;
}

function connect(servers: RedisServers, timeoutMs: number, isSubscriber = false): Redis | Cluster {
  const { username, password, tls } = servers;
  const shared: Omit<RedisOptions, 'replyMapping'> = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
    connectTimeout: Math.max(timeoutMs, 1000),
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

export function unavailable(message: string): EngineError {
  return new EngineError('UNAVAILABLE', message);
}

/** What went wrong, as a client may read it. */
function engineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('OOM')) return new EngineError('OOM', 'Redis is full (its maxmemory): this write was refused');
  if (error instanceof Error && !isConnectionError(error))
    return unavailable(`Redis refused: ${message.slice(0, 200)}`);
  return unavailable('the connection to Redis was lost; it is not known whether this was done');
}
