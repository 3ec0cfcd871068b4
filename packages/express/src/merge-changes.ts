// Three-way merge of a session's top-level keys: what this request changed since it read, put onto what the session is
// now. Keys are compared by their serialized form, so that a Date and its text, or two equal objects, are no change.
import type { StoreMetrics } from './metrics.js';
import { setOwn } from './own-property.js';
import { doesNotFit, type Resolver } from './resolvers.js';
import type { SessionSerializer } from './serializers.js';

type Session = Readonly<Record<string, unknown>>;

export interface MergeContext {
  readonly serializer: SessionSerializer;
  readonly resolverFor: (key: string) => Resolver;
  readonly metrics: StoreMetrics;
}

/** The session's cookie is not the application's data: it never counts as a change. */
const cookieKey = 'cookie';

function fingerprint(value: unknown, serializer: SessionSerializer): string | undefined {
  if (value === undefined) return undefined;
  const bytes = serializer.stringify({ value });
  return typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
}

function isSame(a: unknown, b: unknown, serializer: SessionSerializer): boolean {
  // what is one and the same text, number or the like need not be serialized to be compared
  if (a === b && (typeof a !== 'object' || a === null)) return true;
  return fingerprint(a, serializer) === fingerprint(b, serializer);
}

function own(session: Session, key: string): unknown {
  return Object.hasOwn(session, key) ? session[key] : undefined;
}

/** The top-level keys whose value in `mine` is not that of `base`, deleted ones included. */
export function changedKeys(base: Session, mine: Session, serializer: SessionSerializer): string[] {
  const keys = new Set([...Object.keys(base), ...Object.keys(mine)]);
  keys.delete(cookieKey);
  return [...keys].filter((key) => !isSame(own(base, key), own(mine, key), serializer));
}

/** Whether there are such keys. */
export function hasChanges(base: Session, mine: Session, serializer: SessionSerializer): boolean {
  for (const key of Object.keys(mine))
    if (key !== cookieKey && !isSame(own(base, key), mine[key], serializer)) return true;
  for (const key of Object.keys(base))
    if (key !== cookieKey && !Object.hasOwn(mine, key) && !isSame(base[key], undefined, serializer)) return true;
  return false;
}

/** `theirs` with this request's changes; keys that both changed go to their resolver. */
export function mergeChanges(base: Session, theirs: Session, mine: Session, context: MergeContext): Session {
  const { serializer, metrics } = context;
  const merged: Record<string, unknown> = { ...theirs };
  for (const key of changedKeys(base, mine, serializer)) {
    let value = own(mine, key);
    const theirText = fingerprint(own(theirs, key), serializer);
    if (theirText !== fingerprint(own(base, key), serializer)) {
      // the same change made twice is a conflict, too: two requests that count from 1 to 2 make 3
      const resolved = context.resolverFor(key)(key, own(base, key), own(theirs, key), value);
      const isAgreed = theirText === fingerprint(value, serializer);
      if (!isAgreed) metrics.conflicts++;
      if (!isAgreed && resolved === doesNotFit) metrics.conflictsKeptMine++;
      if (resolved !== doesNotFit) value = resolved;
    }
    if (value === undefined) delete merged[key];
    else setOwn(merged, key, value);
  }
  return merged;
}
