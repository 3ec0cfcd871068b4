// What the server knows about one connection: its socket, its parser, its place in the flow of requests and replies,
// and who it is. Behaviour lives in the parts that act on it: command-loop.ts runs its requests, reply-delivery.ts
// sends its replies, connection-sweeper.ts watches its timeouts. To the engine it is a `Caller`.
import type { Socket } from 'node:net';
import type { Caller } from '@msession/engine';
import type { DeferredReply, RequestParser } from '@msession/protocol';
import type { User } from './authentication.js';
import type { Wait } from './lock-waits.js';
import { ReplyQueue, type ReplySlot } from './reply-queue.js';

/** Stands for the first right, that of having said who one is; see `grantedBits`. */
export const authenticatedBit = 8;

/** The bits that a command's needs are compared with. */
export function grantedBits(user: User | null): number {
  return user === null ? 0 : user.rights | authenticatedBit;
}

export type PushToConnection = (connection: Connection, message: DeferredReply) => void;

export interface ConnectionOptions {
  readonly id: number;
  readonly address: string;
  readonly localAddress: string;
  readonly parser: RequestParser;
  readonly user: User | null;
  readonly nowMs: number;
  readonly push: PushToConnection;
  /** It came through TLS. */
  readonly isEncrypted?: boolean;
}

export class Connection implements Caller {
  readonly id: number;
  /** `host:port` of the peer; the socket's path for Unix sockets. */
  readonly address: string;
  readonly localAddress: string;
  readonly parser: RequestParser;
  readonly replies = new ReplyQueue();
  readonly connectedAtMs: number;
  readonly isEncrypted: boolean;
  /** Set once, right after construction: the socket's reader needs the connection first. */
  socket!: Socket;

  protocolVersion: 2 | 3 = 2;
  name = '';
  libraryName = '';
  libraryVersion = '';
  failedPasswords = 0;
  isMonitor = false;
  /** Ends the subscription of EVENTS; null when there is none. */
  unsubscribe: (() => void) | null = null;

  /** When it was last somebody without a password: at the beginning, or RESET. */
  anonymousSinceMs: number;
  /** Coarse: the sweeper's time when bytes came last. */
  lastActiveMs: number;
  lastCommand = '';
  commandCount = 0;

  /** The slot whose reply must be known before later requests run; null when none must. */
  blockedBy: ReplySlot | null = null;
  /** Requests wait until replies have drained, or for the next turn of the event loop. */
  isParked = false;
  isReadingPaused = false;
  /** Locks this connection holds or asked for, at least: SLOCKs that were not refused less SUNLOCKs that were not. */
  heldLocks = 0;
  /** Waits whose end comes by push, by ticket; null before there was one. */
  lockTickets: Map<number, Wait> | null = null;
  /** No more requests are run; the connection ends when its replies have left. */
  isEnding = false;
  endingSinceMs = 0;
  hasPeerEnded = false;
  isClosed = false;
  /** Replies untaken by the peer when the sweeper looked last, and since when none of them was taken. */
  lastUnsentBytes = 0;
  stalledSinceMs = 0;

  #user: User | null;
  #granted: number;
  readonly #push: PushToConnection;

  constructor(options: ConnectionOptions) {
    this.id = options.id;
    this.address = options.address;
    this.localAddress = options.localAddress;
    this.parser = options.parser;
    this.connectedAtMs = options.nowMs;
    this.isEncrypted = options.isEncrypted === true;
    this.anonymousSinceMs = options.nowMs;
    this.lastActiveMs = options.nowMs;
    this.#user = options.user;
    this.#granted = grantedBits(options.user);
    this.#push = options.push;
  }

  get user(): User | null {
    return this.#user;
  }

  set user(user: User | null) {
    this.#user = user;
    this.#granted = grantedBits(user);
  }

  /** Rights as bits, with `authenticatedBit`. */
  get granted(): number {
    return this.#granted;
  }

  /** Whether its hang-up must be seen at once: it holds or waits for locks. */
  get needsReading(): boolean {
    return this.heldLocks > 0;
  }

  canReceivePush(): boolean {
    return this.protocolVersion === 3 && !this.isClosed;
  }

  push(message: DeferredReply): void {
    this.#push(this, message);
  }
}
