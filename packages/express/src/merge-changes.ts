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
  return Buffer.from(serializer.stringify({ value }) as string).toString('latin1');
}

function own(session: Session, key: string): unknown {
  return Object.hasOwn(session, key) ? session[key] : undefined;
}

/** The top-level keys whose value in `mine` is not that of `base`, deleted ones included. */
export function changedKeys(base: Session, mine: Session, serializer: SessionSerializer): string[] {
  const keys = new Set([...Object.keys(base), ...Object.keys(mine)]);
  keys.delete(cookieKey);
  return [...keys].filter((key) => fingerprint(own(base, key), serializer) !== fingerprint(own(mine, key), serializer));
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
      const isSame = theirText === fingerprint(value, serializer);
      if (!isSame) metrics.conflicts++;
      if (!isSame && resolved === doesNotFit) metrics.conflictsKeptMine++;
      if (resolved !== doesNotFit) value = resolved;
    }
    if (value === undefined) delete merged[key];
    else setOwn(merged, key, value);
  }
  return merged;
}
