// Sessions in PHP's own encoding, so that PHP and Node read and write the same session. PHP's data has no cookie: it is
// supplied on reading and left out on writing. Variables that express-session cannot show (named like its own methods,
// or in bytes that are no UTF-8) stay in the data untouched.
import { decodeSession, encodeSession, PhpArray, type PhpSessionFormat, type PhpValue } from '@msession/php-session';
import type { SessionSerializer } from './serializers.js';

export interface PhpSerializerOptions {
  /** PHP's `session.serialize_handler`. Default `php`, PHP's default. */
  readonly format?: PhpSessionFormat;
  /** The `cookie` of a session read; default one that ends with the browser, as PHP's. */
  readonly cookie?: Readonly<Record<string, unknown>>;
  /** Whole floats (10.0) as numbers, which are written as integers; default false: as PhpFloat. */
  readonly plainFloats?: boolean;
}

/** Names that a session object has already: express-session would drop, @fastify/session mangle such variables. */
const takenNames: ReadonlySet<string> = new Set([
  'cookie',
  'id',
  'req',
  'touch',
  'resetMaxAge',
  'save',
  'reload',
  'destroy',
  'regenerate',
  'get',
  'set',
  'options',
  'isModified',
  'isSaved',
  'sessionId',
  'encryptedSessionId',
  ...Object.getOwnPropertyNames(Object.prototype),
]);

/**
 * Reads and writes sessions as PHP does.
 *
 * PHP integers beyond 2^53 are bigints. express-session detects changes by JSON, which throws on a bigint, so this sets
 * `BigInt.prototype.toJSON` (decimal text) unless there is one.
 */
export function phpSerializer(options: PhpSerializerOptions = {}): SessionSerializer {
  const serializer = serializerOf(options.format ?? 'php', options);
  // the PHP package keeps the data of a sub-session by serialize()
  return { ...serializer, isSharedUnderLock: true, forSubSessions: serializerOf('php_serialize', options) };
}

function serializerOf(format: PhpSessionFormat, options: PhpSerializerOptions): SessionSerializer {
  const floats = options.plainFloats === true ? 'number' : 'exact';
  installBigIntJson();
  return {
    parse(bytes) {
      const session: Record<string, unknown> = {
        cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/', ...options.cookie },
      };
      for (const [key, value] of decodeSession(bytes, format, { floats, emptyArray: emptyArrayWithJson }))
        if (isShown(key)) session[key] = value;
      return session;
    },
    stringify(session, previous) {
      const variables = new PhpArray();
      const rest = new Map(Object.entries(session).filter(([key, value]) => isShown(key) && value !== undefined));
      // PHP's order, and what the application did not see, come from what was there
      for (const [key, value] of previous === undefined ? [] : decodeSession(previous, format)) {
        if (!isShown(key)) variables.set(key, value);
        else if (rest.has(key)) variables.set(key, rest.get(key) as PhpValue);
      }
      for (const [key, value] of rest) variables.set(key, value as PhpValue);
      return encodeSession(variables, format);
    },
  };
}

function isShown(key: unknown): key is string {
  return typeof key === 'string' && !takenNames.has(key);
}

/** `[]` may have been a map in PHP: what is put on it by name must show in JSON, or no change would be seen. */
function emptyArrayWithJson(): [] {
  const array: [] = [];
  Object.defineProperty(array, 'toJSON', {
    enumerable: false,
    value(this: unknown[]) {
      return Object.keys(this).length > this.length ? Object.entries(this) : [...this];
    },
  });
  return array;
}

function installBigIntJson(): void {
  if ('toJSON' in BigInt.prototype) return;
  Object.defineProperty(BigInt.prototype, 'toJSON', {
    configurable: true,
    writable: true,
    value(this: bigint) {
      return this.toString();
    },
  });
}
