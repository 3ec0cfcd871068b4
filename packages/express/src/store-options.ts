// What a store can be told, with defaults and checks in one place.
import type { MsessionClient } from '@msession/client';
import { SessionStoreError } from './errors.js';
import { compileResolvers, type ResolveOption, type Resolver } from './resolvers.js';
import { asSerializer, type SerializerLike, type SessionSerializer } from './serializers.js';

/** Another store to take sessions over from: anything with express-session's `get` and `destroy`. */
export interface MigrationSource {
  get(id: string, callback: (error: unknown, session?: unknown) => void): void;
  destroy(id: string, callback?: (error?: unknown) => void): void;
}

/**
 * Seconds that a session lives after each access. A function is asked at each save and touch. `server`: the store never
 * says, and what the server or PHP set stays in force.
 */
export type TtlOption = number | 'server' | ((session: Readonly<Record<string, unknown>>) => number);

export interface StoreOptions {
  /** A client of @msession/client; the store never closes it. */
  readonly client: MsessionClient | MsessionClient<'buffer'>;
  /** In front of every id on the server. Default `sess:`; empty to share sessions with PHP. */
  readonly prefix?: string;
  /** Default: what is left of the session's cookie, or 86400 where that ends with the browser. */
  readonly ttl?: TtlOption;
  /** Sessions never expire on the server. Default false. */
  readonly disableTTL?: boolean;
  /** `touch` does nothing; reading a session renews it all the same. Default false. */
  readonly disableTouch?: boolean;
  /** Default JSON. `phpSerializer()` shares sessions with PHP. */
  readonly serializer?: SerializerLike;
  /** Fields to search by, as paths: `['user.id']`. Written as variables, in the same command as the data. */
  readonly index?: readonly string[];
  /** What becomes of a key that two requests changed, in the mode `merge`. Default `mine`. */
  readonly resolve?: ResolveOption;
  /** Milliseconds a request waits for a session that another holds, in the mode `lock`. Default 30000. */
  readonly waitMs?: number;
  /** Milliseconds after which a hung request loses the session. Default 30000. */
  readonly leaseMs?: number;
  /** Requests of this process that may wait for one session; one more is an error. Default 1000. */
  readonly maxWaiters?: number;
  /** Times that the mode `merge` writes before it gives up. Default 10, at most 10. */
  readonly maxTries?: number;
  /** A store from which a session that is missing here is taken over, and later deleted there. */
  readonly migrateFrom?: MigrationSource;
}

export interface ResolvedStoreOptions {
  readonly client: MsessionClient;
  readonly prefix: string;
  readonly serializer: SessionSerializer;
  readonly index: readonly string[];
  readonly resolverFor: (key: string) => Resolver;
  readonly waitMs: number;
  readonly leaseMs: number;
  readonly maxWaiters: number;
  readonly maxTries: number;
  readonly disableTouch: boolean;
  readonly migrateFrom: MigrationSource | undefined;
  /** Seconds of life; undefined leaves what is in force. */
  ttlOf(session: Readonly<Record<string, unknown>>): number | undefined;
}

const knownOptions: Readonly<Record<keyof StoreOptions, true>> = {
  client: true,
  prefix: true,
  ttl: true,
  disableTTL: true,
  disableTouch: true,
  serializer: true,
  index: true,
  resolve: true,
  waitMs: true,
  leaseMs: true,
  maxWaiters: true,
  maxTries: true,
  migrateFrom: true,
};

const defaultTtlSeconds = 86_400;

/** @throws SessionStoreError BAD_OPTION, naming the option */
export function resolveStoreOptions(given: StoreOptions): ResolvedStoreOptions {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(knownOptions, name))
      throw badOption(`the store has no option '${name}' (${Object.keys(knownOptions).join(', ')})`);
  const { client } = given;
  if (typeof client?.lock !== 'function')
    throw badOption('client is missing; make one by createClient() of @msession/client');
  const prefix = given.prefix ?? 'sess:';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what ids must not hold
  if (/[\u0000-\u001f\u007f/]/.test(prefix) || Buffer.byteLength(prefix) > 128)
    throw badOption('prefix is at most 128 bytes, without control characters and slashes');
  return {
    client: client as MsessionClient,
    prefix,
    serializer: asSerializer(given.serializer),
    index: given.index ?? [],
    resolverFor: compileResolvers(given.resolve),
    waitMs: wholeNumber('waitMs', given.waitMs, 30_000, 0, 86_400_000),
    leaseMs: wholeNumber('leaseMs', given.leaseMs, 30_000, 1, 86_400_000),
    maxWaiters: wholeNumber('maxWaiters', given.maxWaiters, 1000, 1, 1_000_000),
    maxTries: wholeNumber('maxTries', given.maxTries, 10, 1, 10),
    disableTouch: given.disableTouch ?? false,
    migrateFrom: given.migrateFrom,
    ttlOf: compileTtl(given),
  };
}

function compileTtl({ ttl, disableTTL }: StoreOptions): ResolvedStoreOptions['ttlOf'] {
  if (disableTTL === true) return () => 0;
  if (ttl === 'server') return () => undefined;
  if (typeof ttl === 'number') {
    wholeNumber('ttl', ttl, 0, 1, Number.MAX_SAFE_INTEGER);
    return (session) => cookieSeconds(session) ?? ttl;
  }
  if (typeof ttl === 'function')
    return (session) => {
      const seconds = ttl(session);
      if (!Number.isFinite(seconds)) throw badOption('the function ttl must answer a number of seconds');
      // on the wire 0 means for ever; here, as with other stores, it means over
      return seconds <= 0 ? Number.NaN : Math.ceil(seconds);
    };
  if (ttl !== undefined) throw badOption("ttl is a number of seconds, a function or 'server'");
  return (session) => cookieSeconds(session) ?? defaultTtlSeconds;
}

/** Seconds until the session's cookie ends; NaN when it has, undefined when it ends with the browser. */
function cookieSeconds(session: Readonly<Record<string, unknown>>): number | undefined {
  const cookie = session.cookie as { expires?: unknown } | undefined;
  const expires = cookie?.expires;
  if (expires === undefined || expires === null || expires === false) return undefined;
  const seconds = Math.ceil((Number(new Date(expires as string)) - Date.now()) / 1000);
  return seconds <= 0 ? Number.NaN : seconds;
}

function wholeNumber(
  name: string,
  given: number | undefined,
  fallback: number,
  minimum: number,
  maximum: number,
): number {
  const value = given ?? fallback;
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  throw badOption(`${name} must be a whole number, ${minimum} to ${maximum}`);
}

export function badOption(message: string): SessionStoreError {
  return new SessionStoreError('BAD_OPTION', message);
}
