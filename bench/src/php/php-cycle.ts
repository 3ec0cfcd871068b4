// Whole session cycles of one PHP process, as fast as they go.
import type { Entrant } from '../frame/contest.js';
import { newPhpSession, runPhpClient } from './php-client.js';
import type { PhpHandler } from './php-handlers.js';

/** Whole cycles a second of one PHP process on one session. */
export function phpCycleEntrant(handler: PhpHandler, cycles: number): Entrant {
  const run = async (count = cycles) => await runPhpClient(handler, { cycles: count, session: newPhpSession() });
  return {
    name: handler.name,
    pids: handler.pids,
    // a server of compiled-on-demand code answers its first thousands more slowly
    warmUp: () => run(Math.max(cycles, 3000)),
    async measure() {
      const { began, ended, failed, cycles: done } = await run();
      if (failed > 0) throw new Error(`${handler.name}: ${failed} cycles of one client did not get the session`);
      return { value: done / ((ended - began) / 1e9), operations: done };
    },
  };
}
