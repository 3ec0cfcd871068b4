// The server's own counters. The hot path only adds to them; everything else is computed when somebody asks.
import { commandList } from '@msession/protocol';
import { LatencyHistogram } from './latency-histogram.js';

export class ServerStatistics {
  connectionsReceived = 0;
  connectionsRejected = 0;
  addressesRefused = 0;
  tlsHandshakesFailed = 0;
  slowReadersClosed = 0;
  timeoutsClosed = 0;
  overflowsClosed = 0;
  protocolFaults = 0;
  inputBytes = 0;
  outputBytes = 0;
  failedPasswords = 0;
  pluginFailures = 0;
  unknownCommands = 0;
  /** Calls and error replies by command index. */
  readonly calls = new Float64Array(commandList.length);
  readonly failures = new Float64Array(commandList.length);
  /** How long commands ran, by command index: samples of what was answered at once. */
  readonly latency: (LatencyHistogram | undefined)[] = commandList.map(() => undefined);
  readonly allLatency = new LatencyHistogram();

  #rate = 0;
  #ratedCommands = 0;
  #ratedAtMs = 0;

  /** Commands run since the start or the last reset. */
  get commandsProcessed(): number {
    let sum = 0;
    for (const calls of this.calls) sum += calls;
    return sum;
  }

  /** Commands a second between the last two `measureRate`. */
  get commandsPerSecond(): number {
    return this.#rate;
  }

  recordLatency(index: number, milliseconds: number): void {
    let histogram = this.latency[index];
    if (histogram === undefined) {
      histogram = new LatencyHistogram();
      this.latency[index] = histogram;
    }
    histogram.record(milliseconds);
    this.allLatency.record(milliseconds);
  }

  measureRate(nowMs: number): void {
    const commands = this.commandsProcessed;
    const seconds = (nowMs - this.#ratedAtMs) / 1000;
    if (seconds > 0) this.#rate = Math.max(0, Math.round((commands - this.#ratedCommands) / seconds));
    this.#ratedCommands = commands;
    this.#ratedAtMs = nowMs;
  }

  /** CONFIG RESETSTAT. */
  reset(): void {
    this.connectionsReceived = 0;
    this.connectionsRejected = 0;
    this.addressesRefused = 0;
    this.tlsHandshakesFailed = 0;
    this.slowReadersClosed = 0;
    this.timeoutsClosed = 0;
    this.overflowsClosed = 0;
    this.protocolFaults = 0;
    this.inputBytes = 0;
    this.outputBytes = 0;
    this.failedPasswords = 0;
    this.pluginFailures = 0;
    this.unknownCommands = 0;
    this.calls.fill(0);
    this.failures.fill(0);
    for (const histogram of this.latency) histogram?.reset();
    this.allLatency.reset();
    this.#ratedCommands = 0;
  }
}
