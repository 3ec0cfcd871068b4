export { configureSyncFacade } from './default-sync-facade.js';
export type { FacadeOptions, FacadeWarning } from './facade-options.js';
export type { PhpArray, PhpArrayInput, PhpValue, SyncPhpFunctions } from './php-functions.js';
export { createSyncFacade, type SyncFacade } from './sync-facade.js';
export * from './sync-functions.generated.js';
