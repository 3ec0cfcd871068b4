// Chosen fields of a session as variables beside its data, written in the same command, so that the server's search
// always agrees with the data.

export interface IndexedFields {
  readonly variables: Record<string, string>;
  readonly unset: string[];
}

/** The value at `path` (`user.id`) as text; undefined where there is none that can be searched for. */
export function fieldText(session: Readonly<Record<string, unknown>>, path: string): string | undefined {
  let value: unknown = session;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Object.hasOwn(value, step)) value = (value as Record<string, unknown>)[step];
    else if ('get' in value && typeof value.get === 'function') value = (value.get as (name: string) => unknown)(step);
    else return undefined;
  }
  return searchText(value);
}

/** A value as it is searched for; undefined for what cannot be. */
export function searchText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return value instanceof Number ? String(value) : undefined;
}

/** The variables to set and to remove for these paths. */
export function indexedFields(
  session: Readonly<Record<string, unknown>>,
  paths: readonly string[],
  prefix: string,
): IndexedFields {
  const fields: IndexedFields = { variables: {}, unset: [] };
  for (const path of paths) {
    const text = fieldText(session, path);
    if (text === undefined) fields.unset.push(prefix + path);
    else fields.variables[prefix + path] = text;
  }
  return fields;
}
