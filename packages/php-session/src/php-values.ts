// What PHP has and JavaScript has not. Everything else is read as itself: null, booleans, numbers, bigints beyond 2^53,
// strings (bytes that are no UTF-8 as a Buffer), lists as arrays, arrays with text keys as plain objects.
import { jsonForm } from './json-form.js';
import { PhpArray } from './php-array.js';
import { phpKind } from './php-kind.js';

/** A value as PHP's serialize() knows it. */
export type PhpValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PhpFloat
  | PhpReference
  | PhpArray
  | PhpObject
  | PhpEnum
  | PhpSerializable
  | readonly PhpValue[]
  | { readonly [key: string]: PhpValue };

/** A class or case name: text, or bytes where it is no UTF-8. */
export type PhpName = string | Uint8Array;

/**
 * A float whose value is a whole number, as 10.0: a JavaScript 10 would be written as an integer. Counts as a number in
 * arithmetic and in JSON; compare by `Number(x) === 10`.
 */
export class PhpFloat extends Number {
  get [phpKind](): 'float' {
    return 'float';
  }
}

/** Slots that PHP binds together by `&`: each holds this same instance, and `value` is what all of them show. */
export class PhpReference {
  value: PhpValue;

  constructor(value: PhpValue) {
    this.value = value;
  }

  toJSON(): unknown {
    return jsonForm(this);
  }

  get [phpKind](): 'reference' {
    return 'reference';
  }
}

/**
 * An object of some PHP class, written back as it came. Nothing of the class is known here and nothing is run. Where PHP
 * had one object in two places, both hold this same instance.
 */
export class PhpObject {
  readonly className: PhpName;
  /** By the names that PHP writes: `\0*\0name` protected, `\0Class\0name` private, or the keys of `__serialize`. */
  readonly properties: PhpArray;

  constructor(
    className: PhpName,
    properties: Iterable<readonly [number | bigint | string | Uint8Array, PhpValue]> = [],
  ) {
    this.className = className;
    this.properties = new PhpArray(properties, { keepsStringKeys: true });
  }

  #filedName(name: string): string | undefined {
    const privateName = `\0${typeof this.className === 'string' ? this.className : ''}\0${name}`;
    return [name, `\0*\0${name}`, privateName].find((key) => this.properties.has(key));
  }

  /** A property by its plain name, whether public, protected or private to the class. */
  get(name: string): PhpValue | undefined {
    const key = this.#filedName(name);
    return key === undefined ? undefined : this.properties.get(key);
  }

  /** Sets a property where it is, or a public one if there is none of that name. */
  set(name: string, value: PhpValue): this {
    this.properties.set(this.#filedName(name) ?? name, value);
    return this;
  }

  toJSON(): unknown {
    return jsonForm(this);
  }

  get [phpKind](): 'object' {
    return 'object';
  }
}

/** A case of a PHP enum. */
export class PhpEnum {
  readonly className: PhpName;
  readonly caseName: PhpName;

  constructor(className: PhpName, caseName: PhpName) {
    this.className = className;
    this.caseName = caseName;
  }

  toJSON(): unknown {
    return jsonForm(this);
  }

  get [phpKind](): 'enum' {
    return 'enum';
  }
}

/** An object of a class with the Serializable interface: its payload is the class's own business, and kept as it is. */
export class PhpSerializable {
  readonly className: PhpName;
  readonly payload: Uint8Array;

  constructor(className: PhpName, payload: Uint8Array) {
    this.className = className;
    this.payload = payload;
  }

  toJSON(): unknown {
    return jsonForm(this);
  }

  get [phpKind](): 'serializable' {
    return 'serializable';
  }
}
