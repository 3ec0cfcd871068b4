// The conformance suite's harness over real sockets. Its clock is shared by engine and server. Calls reach the server in
// the order in which they were made, whatever connection they take, and nothing is under way when one resolves: bytes
// sent and received are compared with the server's own counts.
import { type Clock, createEmbeddedEngine, type Engine, systemClock } from '@msession/engine';
import { type ConformanceHarness, type ConformancePeer, ManualClock } from '@msession/engine/conformance';
import { encodeRequest } from '@msession/protocol';
import { createServer } from '../../src/index.js';
import { RespPeer } from './resp-peer.js';
import { figure, turn, until } from './test-server.js';

/** Turns of the event loop without news after which nothing is taken to be under way. */
const quietTurns = 3;

/** An engine that does part of its work elsewhere. */
export interface RemoteEngine {
  readonly engine: Engine;
  /** Resolves when it has nothing under way: no command, no message, nothing that a timer began. */
  settle(): Promise<void>;
  /** Lets time pass for it; everything that falls into it has happened when it resolves. */
  advance(clock: ManualClock, milliseconds: number): Promise<void>;
}

export interface TcpHarnessOptions {
  readonly receivePath?: 'shared-buffer' | 'data-events';
  /** Default: an embedded engine. */
  readonly makeEngine?: (clock: ManualClock) => Promise<RemoteEngine>;
}

export async function createTcpHarness({
  receivePath = 'shared-buffer',
  makeEngine,
}: TcpHarnessOptions = {}): Promise<ConformanceHarness> {
  const clock = new ManualClock();
  const remote = await makeEngine?.(clock);
  const engine = remote?.engine ?? createEmbeddedEngine({ clock });
  await engine.start();
  // the same time, but the server's own timers run by themselves: cases let years pass, and the sweeper ticks by seconds
  const serverClock: Clock = { ...systemClock, monotonicMs: () => clock.monotonicMs(), wallMs: () => clock.wallMs() };
  const server = createServer({ engine, clock: serverClock, port: 0, receivePath });
  const { tcp } = await server.listen();
  const peers: RespPeer[] = [];
  let sentBytes = 0;
  let sending: Promise<void> = Promise.resolve();
  let isDisposed = false;

  const inputBytes = () => figure(server, 'stats', 'total_net_input_bytes');
  const outputBytes = () => figure(server, 'stats', 'total_net_output_bytes');
  const readBytes = () => peers.reduce((sum, peer) => sum + peer.socket.bytesRead, 0);

  let quiet = 0;
  let settling: Promise<void> | null = null;

  async function becomeQuiet(): Promise<void> {
    let seen = -1;
    for (quiet = 0; quiet < quietTurns && !isDisposed; ) {
      await remote?.settle();
      await turn();
      const output = outputBytes();
      quiet = output === seen && readBytes() >= output ? quiet + 1 : 0;
      seen = output;
    }
    settling = null;
  }

  /** Resolves when nothing is under way; whoever asks meanwhile makes it begin to count anew. */
  function settle(): Promise<void> {
    quiet = 0;
    settling ??= becomeQuiet();
    return settling;
  }

  /** Sends when everything sent before has arrived. */
  function sendInOrder(peer: RespPeer, words: readonly (string | Uint8Array | number)[]): Promise<void> {
    const bytes = encodeRequest(words);
    sending = sending.then(async () => {
      peer.raw(bytes);
      sentBytes += bytes.length;
      await until(() => inputBytes() >= sentBytes || peer.socket.destroyed || isDisposed);
      if (peer.socket.destroyed) sentBytes = inputBytes();
    });
    return sending;
  }

  return {
    async connect(options) {
      const protocol = options?.protocol ?? 3;
      const peer = await RespPeer.open({ host: '127.0.0.1', port: tcp?.port ?? 0 });
      peers.push(peer);
      const wrapped: ConformancePeer = {
        protocol,
        async call(...words) {
          const reply = peer.next();
          reply.catch(() => undefined);
          await sendInOrder(peer, words);
          const value = await reply;
          await settle();
          return value;
        },
        nextPush: () => peer.nextPush(),
        pendingPushes: () => peer.pendingPushes,
        async close() {
          await sending;
          await settle();
          const before = figure(server, 'clients', 'connected_clients');
          await peer.hangUp();
          await until(() => figure(server, 'clients', 'connected_clients') < before || isDisposed);
          await settle();
        },
      };
      await wrapped.call('HELLO', protocol);
      return wrapped;
    },
    async advance(milliseconds) {
      await sending;
      await settle();
      if (remote === undefined) clock.advance(milliseconds);
      else await remote.advance(clock, milliseconds);
      await settle();
    },
    nowMs: () => clock.wallMs(),
    async configure(limits) {
      Object.assign(engine.limits, limits);
    },
    async dispose() {
      isDisposed = true;
      for (const peer of peers) peer.socket.destroy();
      await server.close({ drain: false });
      await engine.close();
    },
  };
}
