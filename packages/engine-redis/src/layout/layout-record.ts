// The layout record: written by the first front-end of all, checked by every other before it touches anything. Sessions
// hashed into another number of buckets would not be found, and be made a second time. While sessions are restored its
// version is a word, so that no front-end of any release begins on half of them.
import { StoreFault } from '@msession/engine';
import type { RedisLink } from '../connection/redis-link.js';
import type { KeyNames } from './key-names.js';
import { bucketCount } from './place.js';

export const layoutVersion = 1;
/** Stands in place of the version. */
const restoring = 'restoring';

const fields: readonly (readonly [string, number])[] = [
  ['version', layoutVersion],
  ['buckets', bucketCount],
];

/** `none`: nothing was ever kept under this prefix. `restoring`: a restore has begun there and has not ended. */
export type LayoutState = 'none' | 'ours' | 'restoring';

/** @throws {StoreFault} when what is kept under this prefix has another layout, or is only being restored */
export async function checkLayout(link: RedisLink, keys: KeyNames): Promise<void> {
  for (const [field, value] of fields) await link.runOn(keys.layout, ['HSETNX', keys.layout, field, value]);
  if ((await readLayout(link, keys)) === 'restoring')
    throw new StoreFault(
      `sessions are being restored under the prefix '${keys.prefix}' of Redis; wait until they are all there, and where ` +
        'that was cut off run msession restore again',
    );
}

/** @throws {StoreFault} when what is kept under this prefix has another layout */
export async function readLayout(link: RedisLink, keys: KeyNames): Promise<LayoutState> {
  const flat = ((await link.runOn(keys.layout, ['HGETALL', keys.layout])) as readonly Buffer[]).map(String);
  if (flat.length === 0) return 'none';
  const found = (field: string) => flat[flat.indexOf(field) + 1];
  const isBeingRestored = found('version') === restoring;
  for (const [field, value] of fields) {
    if (found(field) === String(value) || (field === 'version' && isBeingRestored)) continue;
    throw new StoreFault(
      `what Redis keeps under the prefix '${keys.prefix}' has ${field} ${found(field)}, and this engine reads ${value} only; ` +
        'take another prefix, or the release that wrote it',
    );
  }
  return isBeingRestored ? 'restoring' : 'ours';
}

export async function writeLayout(link: RedisLink, keys: KeyNames, state: LayoutState): Promise<void> {
  if (state === 'none') await link.runOn(keys.layout, ['DEL', keys.layout]);
  else {
    const version = state === 'restoring' ? restoring : layoutVersion;
    await link.runOn(keys.layout, ['HSET', keys.layout, 'version', version, 'buckets', bucketCount]);
  }
}
