// The layout record: written by the first front-end of all, checked by every other before it touches anything. Sessions
// hashed into another number of buckets would not be found, and be made a second time.
import { StoreFault } from '@msession/engine';
import type { RedisLink } from '../connection/redis-link.js';
import type { KeyNames } from './key-names.js';
import { bucketCount } from './place.js';

export const layoutVersion = 1;

const fields: readonly (readonly [string, number])[] = [
  ['version', layoutVersion],
  ['buckets', bucketCount],
];

/** @throws {StoreFault} when what is kept under this prefix has another layout */
export async function checkLayout(link: RedisLink, keys: KeyNames): Promise<void> {
  for (const [field, value] of fields) await link.runOn(keys.layout, ['HSETNX', keys.layout, field, value]);
  const flat = ((await link.runOn(keys.layout, ['HGETALL', keys.layout])) as readonly Buffer[]).map(String);
  for (const [field, value] of fields) {
    const found = flat[flat.indexOf(field) + 1];
    if (found === String(value)) continue;
    throw new StoreFault(
      `what Redis keeps under the prefix '${keys.prefix}' has ${field} ${found}, and this engine reads ${value} only; ` +
        'take another prefix, or the release that wrote it',
    );
  }
}
