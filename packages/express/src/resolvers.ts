// What becomes of a top-level key that two requests changed, in the mode `merge`.
import { SessionStoreError } from './errors.js';

/**
 * Answers the value to write. `base` is the key as this request read it, `theirs` what another request made of it
 * meanwhile, `mine` what this request made of it; undefined where there is none or it was deleted. Answering undefined
 * deletes the key.
 */
export type Resolver = (key: string, base: unknown, theirs: unknown, mine: unknown) => unknown;

/**
 * - `mine`: this request's value
 * - `sum`: both changes of a number, as for counters
 * - `append`: both requests' additions to a list
 */
export type BuiltInResolver = 'mine' | 'sum' | 'append';

/** One for all keys, or one by key (others: `mine`). */
export type ResolveOption = Resolver | BuiltInResolver | Readonly<Record<string, Resolver | BuiltInResolver>>;

/** Answered by a built-in resolver that does not fit the values: then `mine` holds, and is counted. */
export const doesNotFit: unique symbol = Symbol('does not fit');

function sum(_key: string, base: unknown, theirs: unknown, mine: unknown): unknown {
  const values = [base ?? 0, theirs ?? 0, mine ?? 0];
  if (values.every((value) => typeof value === 'bigint' || Number.isSafeInteger(value))) {
    const [b, t, m] = values.map((value) => BigInt(value as bigint)) as [bigint, bigint, bigint];
    const total = t + m - b;
    return Number.isSafeInteger(Number(total)) ? Number(total) : total;
  }
  const numbers = values.map((value) =>
    typeof value === 'number' || value instanceof Number ? Number(value) : Number.NaN,
  );
  const total = (numbers[1] as number) + (numbers[2] as number) - (numbers[0] as number);
  return Number.isNaN(total) ? doesNotFit : total;
}

function append(_key: string, base: unknown, theirs: unknown, mine: unknown): unknown {
  const [b, t, m] = [base ?? [], theirs ?? [], mine ?? []];
  if (!Array.isArray(b) || !Array.isArray(t) || !Array.isArray(m) || m.length < b.length) return doesNotFit;
  // additions are told from other changes by what stands in front of them
  for (let i = 0; i < b.length; i++) if (JSON.stringify(b[i]) !== JSON.stringify(m[i])) return doesNotFit;
  return [...t, ...m.slice(b.length)];
}

const builtIn: Readonly<Record<BuiltInResolver, Resolver>> = {
  mine: () => doesNotFit,
  sum,
  append,
};

/** Checks the option once; answers a function from key to resolver. */
export function compileResolvers(option: ResolveOption | undefined): (key: string) => Resolver {
  if (option === undefined) return () => builtIn.mine;
  if (typeof option === 'function') return () => option;
  if (typeof option === 'string') {
    const resolver = resolverOf(option);
    return () => resolver;
  }
  const byKey = new Map(Object.entries(option).map(([key, given]) => [key, resolverOf(given)]));
  return (key) => byKey.get(key) ?? builtIn.mine;
}

function resolverOf(given: Resolver | BuiltInResolver): Resolver {
  if (typeof given === 'function') return given;
  if (Object.hasOwn(builtIn, given)) return builtIn[given];
  throw new SessionStoreError('BAD_OPTION', `resolve is '${given}'; it may be mine, sum, append or a function`);
}
