// Random values described in JSON, from which PHP (oracle.php) and this file each build the value on their own: what
// both write must be equal, and what is read from PHP's bytes must equal what was built here.
import {
  PhpArray,
  PhpEnum,
  PhpFloat,
  type PhpKey,
  PhpObject,
  PhpReference,
  PhpSerializable,
  type PhpValue,
} from '../src/index.js';

export type KeyDescription = ['int', string] | ['string', string];
export type Description =
  | ['null']
  | ['bool', boolean]
  | ['int', string]
  | ['float', string]
  | ['string', string]
  | ['enum', string, string]
  | ['old', string]
  | ['array', [KeyDescription, Description][]]
  | ['object', number, [KeyDescription, Description][]]
  | ['again', number]
  | ['reference', number, Description]
  | ['bound', number];

const integers = [
  '0',
  '1',
  '-1',
  '127',
  '9007199254740991',
  '9007199254740992',
  '-9007199254740992',
  '9223372036854775807',
  '-9223372036854775808',
];
const texts = [
  '',
  'a',
  'cart',
  'Grüße',
  '日本語',
  '🙂',
  '\0',
  '5',
  '-5',
  '05',
  '9223372036854775807',
  '9223372036854775808',
  '__proto__',
  'constructor',
  'a b',
  '";s:1:"',
  '\ufeffbom',
];
const floats = [
  0,
  -0,
  1,
  -1,
  0.1,
  1.5,
  1e15,
  1e16,
  1e17,
  1e18,
  123456789012345680,
  1e-4,
  1e-5,
  1e22,
  5e-324,
  1.7976931348623157e308,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2 / 3,
  1 / 3,
  100,
  1234.5678,
];

/** Describes random values; the same seed gives the same ones. */
export class Describer {
  #state: number;
  #objects = 0;
  #references = 0;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to `below - 1` (mulberry32). */
  int(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.int(items.length)] as Item;
  }

  #bytes(): Buffer {
    if (this.int(3) > 0) return Buffer.from(this.#pick(texts));
    return Buffer.from(Array.from({ length: this.int(30) }, () => this.int(256)));
  }

  #float(): string {
    const bits = Buffer.alloc(8);
    if (this.int(2) === 0) bits.writeDoubleBE(this.#pick(floats));
    else for (let i = 0; i < 8; i++) bits[i] = this.int(256);
    // one kind of NaN only: PHP and JavaScript both forget its bits
    if (Number.isNaN(bits.readDoubleBE())) bits.writeDoubleBE(Number.NaN);
    return bits.toString('hex');
  }

  value(depth = 4): Description {
    this.#objects = this.#references = 0;
    return this.#value(depth);
  }

  /** Variables of one session, with names that every format can hold. */
  session(): [KeyDescription, Description][] {
    this.#objects = this.#references = 0;
    const names = new Set(
      Array.from({ length: this.int(6) }, () => `v${this.int(1e6)}${this.#pick(['', 'é', ' x', '!', '.'])}`),
    );
    return Array.from(names, (name) => [['string', base64(Buffer.from(name))], this.#value(3)]);
  }

  #value(depth: number): Description {
    switch (this.int(depth > 0 ? 17 : 9)) {
      case 0:
        return ['null'];
      case 1:
        return ['bool', this.int(2) === 0];
      case 2:
        return ['int', this.#pick(integers)];
      case 3:
        return ['int', String(this.int(2e9) - 1e9)];
      case 4:
      case 5:
        return ['string', base64(this.#bytes())];
      case 6:
        return ['float', this.#float()];
      case 7:
        return [
          'enum',
          ...this.#pick([
            ['Suit', 'Hearts'],
            ['Suit', 'Spades'],
            ['Plain', 'One'],
          ] as const),
        ];
      case 8:
        return ['old', base64(this.#bytes())];
      case 9:
      case 10:
      case 11:
      case 12:
      case 13:
        return ['array', this.#entries(depth, this.int(3))];
      case 14: {
        const object = ++this.#objects;
        const entries = this.#entries(depth, 3);
        return ['object', object, entries];
      }
      default:
        return this.#objects > 0 ? ['again', 1 + this.int(this.#objects)] : ['null'];
    }
  }

  /** Unique keys: 0 a list, 1 texts, 2 mixed, 3 names of properties. */
  #entries(depth: number, kind: number): [KeyDescription, Description][] {
    const entries = new Map<string, [KeyDescription, Description]>();
    for (let i = this.int(6); i > 0; i--) {
      let key: KeyDescription = ['string', base64(this.#bytes())];
      if (kind === 0) key = ['int', String(entries.size)];
      if (kind === 1) key = ['string', base64(Buffer.from(this.#pick(texts.filter((text) => !/^-?[0-9]/.test(text)))))];
      if (kind === 2 && this.int(2) === 0) key = ['int', this.#pick(['0', '3', '-7', '12', '9223372036854775807'])];
      if (kind === 3) key = ['string', base64(Buffer.from(`p${this.int(50)}`))];
      // PHP files '5' under 5
      const text = Buffer.from(key[1], key[0] === 'int' ? 'utf8' : 'base64').toString('latin1');
      if (!entries.has(text)) entries.set(text, [key, this.#slot(depth - 1)]);
    }
    return [...entries.values()];
  }

  #slot(depth: number): Description {
    if (this.#references > 0 && this.int(8) === 0) return ['bound', 1 + this.int(this.#references)];
    const value = this.#value(depth);
    // PHP numbers objects, not references to them, so those keep no reference of their own
    if (this.int(8) > 0 || ['object', 'again', 'enum', 'old'].includes(value[0])) return value;
    return ['reference', ++this.#references, value];
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

/** Builds the value; a reference that nothing else is bound to is none. */
export function buildValue(description: Description): PhpValue {
  return new Builder(new Set(boundNumbers(description))).build(description);
}

export function buildSession(entries: readonly [KeyDescription, Description][]): Map<string, PhpValue> {
  const builder = new Builder(new Set(entries.flatMap(([, value]) => boundNumbers(value))));
  return new Map(entries.map(([key, value]) => [Buffer.from(key[1], 'base64').toString(), builder.build(value)]));
}

function boundNumbers(description: Description): number[] {
  if (description[0] === 'bound') return [description[1]];
  if (description[0] === 'reference') return boundNumbers(description[2]);
  if (description[0] === 'array') return description[1].flatMap(([, value]) => boundNumbers(value));
  if (description[0] === 'object') return description[2].flatMap(([, value]) => boundNumbers(value));
  return [];
}

class Builder {
  readonly #bound: ReadonlySet<number>;
  readonly #objects = new Map<number, PhpObject>();
  readonly #references = new Map<number, PhpReference>();

  constructor(bound: ReadonlySet<number>) {
    this.#bound = bound;
  }

  build(d: Description): PhpValue {
    switch (d[0]) {
      case 'null':
        return null;
      case 'bool':
        return d[1];
      case 'int':
        return integer(d[1]);
      case 'float': {
        const value = Buffer.from(d[1], 'hex').readDoubleBE();
        return Number.isSafeInteger(value) && !Object.is(value, -0) ? new PhpFloat(value) : value;
      }
      case 'string':
        return textOrBytes(d[1]);
      case 'enum':
        return new PhpEnum(d[1], d[2]);
      case 'old':
        return new PhpSerializable('Old', Buffer.from(d[1], 'base64'));
      case 'array':
        return this.#array(d[1]);
      case 'object': {
        const object = new PhpObject('stdClass');
        this.#objects.set(d[1], object);
        for (const [key, value] of d[2]) object.properties.set(textOrBytes(key[1]), this.build(value));
        return object;
      }
      case 'again':
        return this.#objects.get(d[1]) as PhpObject;
      case 'reference': {
        if (!this.#bound.has(d[1])) return this.build(d[2]);
        const reference = new PhpReference(null);
        reference.value = this.build(d[2]);
        this.#references.set(d[1], reference);
        return reference;
      }
      case 'bound':
        return this.#references.get(d[1]) as PhpReference;
    }
  }

  #array(described: readonly [KeyDescription, Description][]): PhpValue {
    const entries = described.map(([key, value]): [PhpKey, PhpValue] => [builtKey(key), this.build(value)]);
    if (entries.every(([key], index) => key === index)) return entries.map(([, value]) => value);
    if (entries.every(([key]) => typeof key === 'string' && key !== '__proto__'))
      return Object.fromEntries(entries as [string, PhpValue][]);
    return new PhpArray(entries);
  }
}

function integer(text: string): number | bigint {
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

function textOrBytes(base64Text: string): string | Buffer {
  const bytes = Buffer.from(base64Text, 'base64');
  return Buffer.from(bytes.toString()).equals(bytes) ? bytes.toString() : bytes;
}

function builtKey(key: KeyDescription): PhpKey {
  if (key[0] === 'int') return integer(key[1]);
  const text = textOrBytes(key[1]);
  const isFiledAsInteger =
    typeof text === 'string' && /^(0|-?[1-9][0-9]*)$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
  return isFiledAsInteger ? integer(text) : text;
}
