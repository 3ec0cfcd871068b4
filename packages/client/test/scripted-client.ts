// A client over a scripted transport and a clock that the test moves, and a look at promises that does not wait.
import { createClient } from '../src/client.js';
import type { ClientOptions } from '../src/options.js';
import { ManualClock } from './manual-clock.js';
import { ScriptedTransport } from './scripted-transport.js';

export function start(options: ClientOptions<'utf8'> = {}) {
  const transport = new ScriptedTransport();
  const clock = new ManualClock();
  const client = createClient({
    transport,
    clock,
    pingIntervalMs: 0,
    reconnect: { jitter: 0 },
    ...options,
  });
  return { transport, clock, client };
}

/** What a promise came to, without waiting for one that hangs. */
export function outcome(promise: Promise<unknown>) {
  const seen: { value?: unknown; error?: { code?: string; message: string }; isOpen: boolean } = { isOpen: true };
  promise.then(
    (value) => Object.assign(seen, { value, isOpen: false }),
    (error) => Object.assign(seen, { error, isOpen: false }),
  );
  return seen;
}
