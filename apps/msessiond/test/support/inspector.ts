// Looks into a daemon that was started with `inspectorFlag`, by V8's inspector protocol: collects garbage in all of its
// threads, so that what is left is what is held, and reads figures that no process tells from outside.
import { WebSocket } from 'ws';
import type { DaemonProcess } from './daemon-process.js';

/** For NODE_OPTIONS. A free port of loopback, open as long as the daemon runs. */
export const inspectorFlag = '--inspect=127.0.0.1:0';

const inspectorLine =
  /^(Debugger (listening on|attached|ending on)|For help, see: https:\/\/nodejs|Waiting for the debugger to).*\n/gm;

/** What a daemon wrote, without the lines of its inspector. */
export function withoutInspectorLines(stderr: string): string {
  return stderr.replace(inspectorLine, '');
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

type Pending = (message: Message) => void;

export class Inspector {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, Pending>();
  readonly #workers = new Set<string>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as Message));
    socket.on('close', () => {
      for (const settle of this.#pending.values()) settle({ error: { message: 'the inspector hung up' } });
      this.#pending.clear();
    });
  }

  static async of(daemon: DaemonProcess): Promise<Inspector> {
    const address = /^Debugger listening on (ws:\S+)$/m;
    await daemon.until(({ stderr }) => address.test(stderr));
    const socket = new WebSocket(address.exec(daemon.stderr)?.[1] as string, { maxPayload: 0 });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const inspector = new Inspector(socket);
    await inspector.#send('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return inspector;
  }

  /** Lets go in good order: Node does not end well with a debugger attached to its threads. */
  async close(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    await this.#send('NodeWorker.disable');
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.close();
    await closed;
  }

  /** Hangs up. */
  destroy(): void {
    this.#socket.terminate();
  }

  /** Collects garbage in the main thread and in all others, twice: finalizers of the first round let more go. */
  async collectGarbage(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      await this.#send('HeapProfiler.collectGarbage');
      for (const worker of this.#workers) await this.#sendToWorker(worker, 'HeapProfiler.collectGarbage');
    }
  }

  /** Bytes of the objects on the JavaScript heap of the main thread and on those of the others. */
  async heapUsed(): Promise<{ readonly main: number; readonly workers: number }> {
    const main = (await this.#send('Runtime.getHeapUsage')) as { usedSize: number };
    let workers = 0;
    for (const worker of this.#workers)
      workers += ((await this.#sendToWorker(worker, 'Runtime.getHeapUsage')) as { usedSize: number }).usedSize;
    return { main: main.usedSize, workers };
  }

  /** The value of an expression in the main thread, as JSON brings it. */
  async evaluate(expression: string): Promise<unknown> {
    const options = { expression, returnByValue: true, includeCommandLineAPI: true };
    const { result } = (await this.#send('Runtime.evaluate', options)) as { result: { value?: unknown } };
    return result.value;
  }

  async #sendToWorker(sessionId: string, method: string): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    const answer = this.#answerTo(id);
    const message = JSON.stringify({ id, method });
    await this.#send('NodeWorker.sendMessageToWorker', { sessionId, message });
    return await answer;
  }

  #send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    const answer = this.#answerTo(id);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return answer;
  }

  #answerTo(id: number): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      this.#pending.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`the inspector: ${error.message}`));
      });
    });
  }

  #receive(message: Message): void {
    const { id, method, params } = message;
    if (id !== undefined) {
      const settle = this.#pending.get(id);
      this.#pending.delete(id);
      settle?.(message);
    } else if (method === 'NodeWorker.attachedToWorker') {
      this.#workers.add(params?.sessionId as string);
    } else if (method === 'NodeWorker.detachedFromWorker') {
      this.#workers.delete(params?.sessionId as string);
    } else if (method === 'NodeWorker.receivedMessageFromWorker') {
      this.#receive(JSON.parse(params?.message as string) as Message);
    }
  }
}
