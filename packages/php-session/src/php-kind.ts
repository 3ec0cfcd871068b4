// How the reader, the writer and JSON tell PHP's own kinds of values from plain data. The mark is a registered symbol:
// parsed JSON cannot forge it, and the ESM and the CommonJS copy of this package understand each other's values.
import type { PhpArray } from './php-array.js';
import type { PhpEnum, PhpFloat, PhpObject, PhpReference, PhpSerializable } from './php-values.js';

export const phpKind: unique symbol = Symbol.for('@msession/php-session kind') as never;

export interface PhpKinds {
  array: PhpArray;
  float: PhpFloat;
  reference: PhpReference;
  object: PhpObject;
  enum: PhpEnum;
  serializable: PhpSerializable;
}

export function kindOf(value: unknown): keyof PhpKinds | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as { [phpKind]?: keyof PhpKinds })[phpKind];
}

export function isKind<Kind extends keyof PhpKinds>(value: unknown, kind: Kind): value is PhpKinds[Kind] {
  return kindOf(value) === kind;
}
