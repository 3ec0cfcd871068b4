// Calls an engine without a server: for scripts, tests, and applications that keep their sessions in their own process.
import {
  type CommandName,
  type DeferredReply,
  ReplyCollector,
  ReplyError,
  ReplyPush,
  type ReplyValue,
  Request,
} from '@msession/protocol';
import type { Caller, Engine } from './engine.js';
import { EngineError } from './engine.js';

export interface LocalCaller {
  /**
   * Runs one engine command; words are text (UTF-8), bytes or numbers, the command's name first, in any case.
   * @throws {EngineError} what the engine refuses, with the code of the error table
   * @example await local.call('SETVAL', 'visit-1', 'user', 'ada');
   */
  call(...words: readonly [string, ...(string | Uint8Array | number)[]]): Promise<ReplyValue>;
  /** Called for each push: lock grants of `SLOCK … ASYNC`. */
  onPush: (items: readonly ReplyValue[]) => void;
  /** Frees the locks bound to this caller and withdraws its waits; answers how many. */
  close(): number;
}

let lastId = 0;

/** Makes a caller of an engine in this process. Locks taken with BIND are its own, as those of a connection are. */
export function connectLocally(engine: Engine): LocalCaller {
  const take = (reply: DeferredReply): ReplyValue => {
    const collector = new ReplyCollector(3);
    reply(collector);
    return collector.take();
  };
  const caller: Caller = {
    id: ++lastId,
    canReceivePush: () => true,
    push: (message) => {
      const value = take(message);
      if (value instanceof ReplyPush) queueMicrotask(() => local.onPush(value.items));
    },
  };
  const local: LocalCaller = {
    async call(...words) {
      const collector = new ReplyCollector(3);
      const name = words[0].toUpperCase() as CommandName;
      const later = engine.execute(name, Request.of(words), collector, caller);
      const value = later === undefined ? collector.take() : take(await later);
      await engine.barrier();
      if (value instanceof ReplyError) throw new EngineError(value.code as EngineError['code'], value.message);
      return value;
    },
    onPush: () => {},
    close: () => engine.release(caller),
  };
  return local;
}
