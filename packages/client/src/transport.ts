// What carries bytes between client and server. The core knows only this interface, so it runs over a TCP, TLS or Unix
// socket, inside one process, or over a script in a test.

/** What a connection tells its user. After `onClose` nothing more is called. */
export interface TransportEvents {
  /** The receiver may keep the chunk; the transport does not touch it again. */
  onData(chunk: Buffer): void;
  /** The peer takes bytes again after `write` answered false. */
  onDrain(): void;
  /** The connection is over, once; `cause` is there if it did not end in good order. */
  onClose(cause?: Error): void;
}

/** An open, two-way stream of bytes. */
export interface TransportConnection {
  /** Sends the chunks in order, in one write where that is possible. False: wait for `onDrain` before more. */
  write(chunks: readonly Uint8Array[]): boolean;
  /** Sends what is left, then hangs up. */
  end(): void;
  /** Hangs up at once. */
  destroy(): void;
  /** Whether this connection keeps the process alive. */
  setKeepsProcessAlive(isKeeping: boolean): void;
}

export interface Transport {
  /** For messages: where it connects to, without credentials. */
  readonly description: string;
  /**
   * Opens a connection, or rejects with the reason. `events` may be called as soon as the promise has resolved, not
   * before. An aborted signal ends the attempt.
   */
  connect(events: TransportEvents, signal: AbortSignal): Promise<TransportConnection>;
}
