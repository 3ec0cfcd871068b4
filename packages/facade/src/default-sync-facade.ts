// The facade behind the synchronous functions that are imported by name: one for the process, made when first needed.
import type { FacadeOptions } from './facade-options.js';
import { createSyncFacade, type SyncFacade } from './sync-facade.js';

let options: FacadeOptions = {};
let facade: SyncFacade | undefined;

/** Sets the options of the synchronous functions that are imported by name. An open connection is closed. */
export function configureSyncFacade(given: FacadeOptions): void {
  facade?.close();
  facade = undefined;
  options = { ...given };
}

export function functions(): SyncFacade {
  facade ??= createSyncFacade(options);
  return facade;
}
