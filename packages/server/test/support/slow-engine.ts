// An engine for ordering tests: the embedded one, some of whose commands answer when the test says so, and whose
// barrier the test holds.
import { type Caller, createEmbeddedEngine, type Engine, type SessionEventListener } from '@msession/engine';
import { type CommandName, type DeferredReply, ReplyCollector, type ReplySink, type Request } from '@msession/protocol';

export class SlowEngine implements Engine {
  readonly kind = 'slow';
  readonly #inner = createEmbeddedEngine();
  readonly limits = this.#inner.limits;
  /** Commands that answer by promise, when `answer` is called for them. */
  readonly slow = new Set<CommandName>();
  /** Names of the commands in the order in which they were run. */
  readonly ran: CommandName[] = [];
  readonly #waiting: { command: CommandName; resolve: (reply: DeferredReply) => void; reply: DeferredReply }[] = [];
  heldBarrier: Promise<void> | undefined;

  start(): Promise<void> {
    return this.#inner.start();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  execute(command: CommandName, request: Request, sink: ReplySink, caller: Caller): undefined | Promise<DeferredReply> {
    this.ran.push(command);
    if (!this.slow.has(command)) return this.#inner.execute(command, request, sink, caller);
    const collector = new ReplyCollector(3);
    const late = this.#inner.execute(command, request, collector, caller);
    if (late !== undefined) return late;
    const value = collector.take();
    const reply: DeferredReply = (out) => {
      if (typeof value === 'number') out.integer(value);
      else if (Buffer.isBuffer(value)) out.bulk(value, 0, value.length);
      else out.simple(String(value));
    };
    return new Promise((resolve) => this.#waiting.push({ command, resolve, reply }));
  }

  get waiting(): readonly CommandName[] {
    return this.#waiting.map(({ command }) => command);
  }

  /** Answers the nth of the commands that wait. */
  answer(index: number): void {
    const [entry] = this.#waiting.splice(index, 1);
    entry?.resolve(entry.reply);
  }

  release(caller: Caller): number {
    return this.#inner.release(caller);
  }

  barrier(): undefined | Promise<void> {
    return this.heldBarrier;
  }

  subscribe(listener: SessionEventListener): () => void {
    return this.#inner.subscribe(listener);
  }

  statistics() {
    return this.#inner.statistics();
  }

  health() {
    return this.#inner.health();
  }
}
