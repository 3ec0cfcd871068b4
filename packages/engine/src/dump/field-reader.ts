// Reads the fields of one line of a dump. Every fault names the line and the path of the field in it, what was found there
// (never its content) and what may be there; a field that nobody asked for is one, too.
import { DumpFault } from './dump-fault.js';

const surrogate = /\p{Surrogate}/u;
const largest = Number.MAX_SAFE_INTEGER;

export class FieldReader {
  readonly line: number;
  readonly #path: string;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  /** @throws DumpFault where it is no object */
  constructor(line: number, path: string, value: unknown) {
    this.line = line;
    this.#path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new DumpFault(
        `line ${line}: ${path === '' ? 'it' : `field ${path}`} is ${kindOf(value)}; it must be an object`,
      );
    this.#fields = value as Record<string, unknown>;
  }

  fault(name: string, what: string): DumpFault {
    return new DumpFault(`line ${this.line}: field ${this.#pathOf(name)} ${what}`);
  }

  #pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  take(name: string): unknown {
    this.#read.add(name);
    return this.#fields[name];
  }

  /** A whole number; `least` to `most`. */
  integer(name: string, least: number, most = largest): number {
    const value = this.take(name);
    if (value === undefined) throw this.fault(name, `is missing; it must be a whole number, ${least} to ${most}`);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const found = typeof value === 'number' ? String(value) : kindOf(value);
    throw this.fault(name, `is ${found}; it must be a whole number, ${least} to ${most}`);
  }

  /** True where it is there; nothing else may stand there. */
  mark(name: string): boolean {
    const value = this.take(name);
    if (value === undefined || value === true) return value === true;
    throw this.fault(name, `is ${kindOf(value)}; it must be true or missing`);
  }

  boolean(name: string): boolean {
    const value = this.take(name);
    if (typeof value === 'boolean') return value;
    throw this.fault(name, `is ${kindOf(value)}; it must be true or false`);
  }

  bytes(name: string): Buffer {
    return this.toBytes(name, this.take(name));
  }

  /** Bytes under a name, which may be that of an item (`vars[3]`). */
  toBytes(name: string, value: unknown): Buffer {
    if (typeof value === 'string') {
      if (surrogate.test(value))
        throw this.fault(name, 'has half of a surrogate pair; give such bytes as {"base64": "…"}');
      return Buffer.from(value);
    }
    const encoded = typeof value === 'object' && value !== null ? (value as { base64?: unknown }).base64 : undefined;
    if (typeof encoded === 'string' && Object.keys(value as object).length === 1) {
      const bytes = Buffer.from(encoded, 'base64');
      if (bytes.toString('base64') === encoded) return bytes;
      throw this.fault(name, 'has base64 that is none, or not in its shortest form with padding');
    }
    throw this.fault(name, `is ${kindOf(value)}; it must be a string or {"base64": "…"}`);
  }

  /** The items of an array, each with the name it has in faults; none when the field is missing. */
  items(name: string): (readonly [name: string, value: unknown])[] {
    const value = this.take(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.fault(name, `is ${kindOf(value)}; it must be an array`);
    return value.map((item, i) => [`${name}[${i}]`, item] as const);
  }

  /** Reads an object that stands under a name. */
  within(name: string, value: unknown): FieldReader {
    return new FieldReader(this.line, this.#pathOf(name), value);
  }

  /** @throws DumpFault for a field that was not read */
  end(): void {
    for (const name of Object.keys(this.#fields))
      if (!this.#read.has(name))
        throw new DumpFault(
          `line ${this.line}: field ${JSON.stringify(this.#pathOf(name).slice(0, 80))} is unknown here`,
        );
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
