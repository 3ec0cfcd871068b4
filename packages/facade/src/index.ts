export { configureFacade } from './default-facade.js';
export { createFacade, type Facade } from './facade.js';
export type { FacadeOptions, FacadeWarning } from './facade-options.js';
export * from './functions.generated.js';
export type { PhpArray, PhpArrayInput, PhpFunctions, PhpValue } from './php-functions.js';
