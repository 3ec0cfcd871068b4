// The same functions without promises, for code that is ported line by line: each call blocks its thread, as it did in
// PHP, while a worker thread talks to the server.
import { bindFunctions, finisher, prepareCall, type TextIn, wrongCount } from './facade.js';
import type { FacadeOptions } from './facade-options.js';
import type { SyncPhpFunctions } from './php-functions.js';
import { SyncBridge } from './sync-bridge.js';

/** The functions, and an orderly end of their connection and thread. */
export type SyncFacade<E extends 'utf8' | 'buffer' = 'utf8'> = SyncPhpFunctions<TextIn<E>> & {
  /** Hangs up and ends the thread; the next call starts anew. */
  close(): void;
};

/**
 * Makes the synchronous functions. The thread starts with the first call and does not keep the process running.
 *
 * @example
 * const { msession_create, msession_get } = createSyncFacade({ url: 'msession://127.0.0.1:8086' });
 * msession_create('visit-1');
 */
export function createSyncFacade<const E extends 'utf8' | 'buffer' = 'utf8'>(
  options: FacadeOptions<E> = {},
): SyncFacade<E> {
  const { onWarning, ...rest } = options;
  const bridge = new SyncBridge(rest);
  const finish = finisher(onWarning);
  const functions = bindFunctions((name) => (...given) => {
    const prepared = prepareCall(name, given);
    return finish(prepared === null ? wrongCount(name) : bridge.call(name, prepared));
  });
  return Object.assign(functions, { close: () => bridge.close() }) as unknown as SyncFacade<E>;
}
