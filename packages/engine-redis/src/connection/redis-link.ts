// All that knows the client library: one connection to a server, or one to each node of a cluster, and one for
// subscriptions. Commands of one turn of the event loop leave in one write. What was not sent is tried again within its
// deadline; what was sent and not answered is not, unless it may be done twice.
import type { Writable } from 'node:stream';
import type { EngineError } from '@msession/engine';
import { Cluster, type Redis } from 'ioredis';
import { slotOf } from '../layout/hash-slot.js';
import { bucketCount } from '../layout/place.js';
import { connect } from './connect.js';
import { type LinkCall, type LinkCarrier, LinkCommand } from './link-command.js';
import { engineError, isConnectionError, isNoScript, isPassing, refusal, unavailable } from './link-fault.js';
import type { RedisServers } from './redis-address.js';
import { ReplicaAcks } from './replica-acks.js';
import { evalBytes, type WrittenCall } from './script-call.js';
import type { ScriptReply } from './script-runner.js';
import { askVersion, hasShardedChannels, type ServerVersion } from './server-version.js';

export interface RedisLinkOptions {
  readonly servers: RedisServers;
  /** How long a command may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Replicas that must have a change before its reply is known. Default 0. */
  readonly replicasAck?: number;
  /** Told about what an operator should know: Redis is away, and that it is back. */
  readonly onNotice?: (message: string) => void;
}

/** What a reply means; may be a while in coming. */
export type Receive = (reply: ScriptReply) => ScriptReply | Promise<ScriptReply>;

const retryDelayMs = 25;

export class RedisLink {
  readonly isCluster: boolean;
  readonly #client: Redis | Cluster;
  readonly #subscriber: Redis | Cluster;
  readonly #timeoutMs: number;
  readonly #replicas: number;
  #acks: ReplicaAcks | undefined;
  readonly #slots: readonly number[];
  readonly #listeners = new Map<string, (message: Buffer) => void>();
  #firstCall: LinkCall | undefined;
  #lastCall: LinkCall | undefined;
  /** As of the last look at timeouts; good enough to count from. */
  #nowMs = Date.now();
  #watch: NodeJS.Timeout | undefined;
  /** Connections that were written to in this turn. */
  #held: Writable[] = [];
  readonly #letGo = (): void => {
    const held = this.#held;
    this.#held = [];
    for (const stream of held) stream.uncork();
  };
  readonly #carrier: LinkCarrier = {
    willWrite: (stream) => this.#hold(stream),
    settled: (command, reply, error) => this.#onSettled(command, reply, error),
  };
  /** Of each master, as of the start. */
  #versions: readonly ServerVersion[] = [];
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

  /** Resolves when commands can be sent; rejects when that is not so within the timeout, or a server is too old. */
  async open(): Promise<void> {
    await Promise.all([...new Set([this.#client, this.#subscriber])].map((client) => this.#ready(client)));
    this.#versions = await Promise.all(this.#masters().map(askVersion));
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

  /**
   * Runs a script on the node of its bucket. `receive` is what a reply means, called as soon as it is there. Rejects with an
   * `EngineError` only.
   */
  runScript(call: WrittenCall, receive: Receive): Promise<ScriptReply> {
    const slot = this.#slots[call.bucket] as number;
    return this.#send(call.evalsha, slot, call.script.scope !== 'bucket', call, receive);
  }

  /** Runs a plain command on the node of a bucket; it must be one that may be done twice. */
  run(bucket: number, words: readonly (string | Uint8Array | number)[]): Promise<ScriptReply> {
    return this.#send(commandBytes(words), this.#slots[bucket] as number, true);
  }

  /** As `run`, for keys and channels outside of any bucket. */
  runOn(key: string, words: readonly (string | Uint8Array | number)[]): Promise<ScriptReply> {
    return this.#send(commandBytes(words), slotOf(key), true);
  }

  /** What was asked for in this turn of the event loop leaves now, and not when the turn ends. */
  flush(): void {
    this.#letGo();
  }

  /** Whether keys of two buckets may stand in one script. */
  sharesSlot(bucket: number, other: number): boolean {
    return !this.isCluster || this.#slots[bucket] === this.#slots[other];
  }

  /** Runs a command on every master. */
  async onMasters(words: readonly [string, ...string[]]): Promise<unknown[]> {
    const [name, ...rest] = words;
    try {
      return await Promise.all(this.#masters().map((node) => node.call(name, ...rest)));
    } catch (error) {
      throw engineError(error);
    }
  }

  #masters(): readonly Redis[] {
    return this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
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
  get hasShardedChannels(): boolean {
    return this.isCluster && this.#versions.every(hasShardedChannels);
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

  #send(
    bytes: Buffer,
    slot: number,
    isRepeatable: boolean,
    script?: WrittenCall,
    receive: Receive = asItIs,
  ): Promise<ScriptReply> {
    this.#watchTimeouts();
    return new Promise((resolve, reject) => {
      const call: LinkCall = {
        bytes,
        slot,
        isRepeatable,
        script,
        deadlineMs: this.#nowMs + this.#timeoutMs,
        command: undefined,
        receive,
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

  #attempt(call: LinkCall): void {
    const command = new LinkCommand(call, this.#carrier);
    call.command = command;
    this.#client.sendCommand(command.asCommand);
  }

  #onSettled(command: LinkCommand, reply: ScriptReply, error: Error | undefined): void {
    const { call } = command;
    if (call.command !== command) return;
    if (error !== undefined) this.#onError(call, command, error);
    else this.#onReply(call, command, reply);
  }

  #onReply(call: LinkCall, command: LinkCommand, reply: ScriptReply): void {
    this.#remove(call);
    this.#repliedAtMs = this.#nowMs;
    if (this.#isSilent) this.#recover();
    if (this.#acks === undefined || call.isRepeatable) resolveCall(call, reply);
    else this.#acknowledge(command, this.#acks).then(() => resolveCall(call, reply), call.reject);
  }

  #onError(call: LinkCall, command: LinkCommand, error: Error): void {
    if (call.script !== undefined && isNoScript(error) && !this.#isClosed) {
      call.bytes = evalBytes(call.script);
      call.script = undefined;
      this.#attempt(call);
      return;
    }
    const isUndone = !command.wasWritten || isPassing(error);
    if ((isUndone || (call.isRepeatable && isConnectionError(error))) && !this.#isClosed) {
      call.command = undefined;
      setTimeout(() => {
        if (call.deadlineMs !== 0) this.#attempt(call);
      }, retryDelayMs);
      return;
    }
    this.#remove(call);
    call.reject(engineError(error));
  }

  /** Takes a call out of the list of those that are under way. */
  #remove(call: LinkCall): void {
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

  /** Holds back what is written to a connection in this turn of the event loop, so that it leaves in one write. */
  #hold(stream: Writable): void {
    if (this.#held.includes(stream)) return;
    if (this.#held.length === 0) setImmediate(this.#letGo);
    stream.cork();
    this.#held.push(stream);
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

function asItIs(reply: ScriptReply): ScriptReply {
  return reply;
}

function resolveCall(call: LinkCall, reply: ScriptReply): void {
  try {
    call.resolve(call.receive(reply));
  } catch (error) {
    call.reject(engineError(error));
  }
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
