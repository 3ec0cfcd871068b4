// The facade behind the functions that are imported by name: one for the process, made when it is first needed.
import { createFacade, type Facade } from './facade.js';
import type { FacadeOptions } from './facade-options.js';

let options: FacadeOptions = {};
let facade: Facade | undefined;

/**
 * Sets the options of the functions that are imported by name, for the calls after it. An open connection is closed
 * when what is under way has finished.
 *
 * @example configureFacade({ url: 'msession://127.0.0.1:8086', onWarning: (warning) => logger.warn(warning.message) })
 */
export function configureFacade(given: FacadeOptions): void {
  facade?.close().catch(() => {});
  facade = undefined;
  options = { ...given };
}

export function functions(): Facade {
  facade ??= createFacade(options);
  return facade;
}
