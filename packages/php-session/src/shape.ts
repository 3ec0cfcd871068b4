// Turns the reader's cells into JavaScript values: the most natural one that loses nothing. A list becomes an array, an
// array with text keys a plain object, everything else a PhpArray; shared cells become PhpReferences.
import type { PhpReadOptions } from './options.js';
import { PhpArray, type PhpKey } from './php-array.js';
import { PhpObject, PhpReference, type PhpValue } from './php-values.js';
import type { Cell, RawArray, RawObject, RawValue } from './reader.js';

type EmptyArray = NonNullable<PhpReadOptions['emptyArray']>;

/** Shapes a cell and everything below it. `emptyArray` makes the value of an empty PHP array. */
export function shape(cell: Cell, emptyArray: EmptyArray = () => []): PhpValue {
  if (!cell.isShared) return shapeValue(cell.value, emptyArray);
  if (cell.reference === undefined) {
    cell.reference = new PhpReference(null); // known before its value, which may hold it
    cell.reference.value = shapeValue(cell.value, emptyArray);
  }
  return cell.reference;
}

function shapeValue(value: RawValue, emptyArray: EmptyArray): PhpValue {
  if (typeof value !== 'object' || value === null || !('raw' in value)) return value;
  return value.raw === 'array' ? shapeArray(value, emptyArray) : shapeObject(value, emptyArray);
}

function shapeObject(object: RawObject, emptyArray: EmptyArray): PhpValue {
  const { instance } = object;
  if (object.isShaped || !(instance instanceof PhpObject)) return instance;
  object.isShaped = true;
  for (let i = 0; i < object.keys.length; i++)
    instance.properties.set(object.keys[i] as PhpKey, shape(object.cells[i] as Cell, emptyArray));
  return instance;
}

function shapeArray({ keys, cells }: RawArray, emptyArray: EmptyArray): PhpValue {
  if (keys.length === 0) return emptyArray();
  if (isList(keys)) return cells.map((cell) => shape(cell, emptyArray));
  if (isPlain(keys)) {
    const plain: Record<string, PhpValue> = {};
    for (let i = 0; i < keys.length; i++) plain[keys[i] as string] = shape(cells[i] as Cell, emptyArray);
    return plain;
  }
  const array = new PhpArray();
  for (let i = 0; i < keys.length; i++) array.set(keys[i] as PhpKey, shape(cells[i] as Cell, emptyArray));
  return array;
}

function isList(keys: readonly PhpKey[]): boolean {
  for (let i = 0; i < keys.length; i++) if (keys[i] !== i) return false;
  return true;
}

/**
 * Text keys only, since an object moves integers to the front; and no `__proto__`, which would set the prototype of
 * whatever the application copies it to.
 */
function isPlain(keys: readonly PhpKey[]): boolean {
  return keys.every((key) => typeof key === 'string' && key !== '__proto__');
}
