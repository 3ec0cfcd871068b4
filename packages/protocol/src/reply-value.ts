// How a decoded reply looks in JavaScript. Bulk strings stay bytes; whoever wants text asks for it.

/** An error reply: `code` is the first word, `message` the rest. A value, not thrown by the codec. */
export class ReplyError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ReplyError';
    this.code = code;
  }
}

/** A RESP3 map in wire order; keys may be any value, so it is no `Map`. */
export class ReplyMap {
  readonly entries: readonly (readonly [ReplyValue, ReplyValue])[];

  constructor(entries: readonly (readonly [ReplyValue, ReplyValue])[]) {
    this.entries = entries;
  }

  /** The value behind a text key, or undefined. */
  get(key: string): ReplyValue | undefined {
    return this.entries.find(([candidate]) => replyText(candidate) === key)?.[1];
  }
}

/** A RESP3 set. */
export class ReplySet {
  readonly items: readonly ReplyValue[];

  constructor(items: readonly ReplyValue[]) {
    this.items = items;
  }
}

/** A RESP3 push message; its first item says of which kind. */
export class ReplyPush {
  readonly items: readonly ReplyValue[];

  constructor(items: readonly ReplyValue[]) {
    this.items = items;
  }
}

/** A RESP3 verbatim string: text with a three-letter format, `txt` or `mkd`. */
export class ReplyVerbatim {
  readonly format: string;
  readonly text: string;

  constructor(format: string, text: string) {
    this.format = format;
    this.text = text;
  }
}

/** A RESP3 double; kept apart from integers so that it is written back as one. */
export class ReplyDouble {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/**
 * simple string: string; bulk string: Buffer; integer: number, or bigint beyond 2^53; big number: bigint wrapped by the
 * decoder as bigint, too; null: null; boolean: boolean; array: array.
 */
export type ReplyValue =
  | null
  | string
  | number
  | bigint
  | boolean
  | Buffer
  | ReplyDouble
  | ReplyError
  | ReplyMap
  | ReplySet
  | ReplyPush
  | ReplyVerbatim
  | readonly ReplyValue[];

/** Text of a simple, bulk or verbatim string; undefined for anything else. */
export function replyText(value: ReplyValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  if (value instanceof ReplyVerbatim) return value.text;
  return undefined;
}
