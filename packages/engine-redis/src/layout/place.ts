// Where a session is kept: its bucket, the family it belongs to, and its part of the id. A family is a session with its
// sub-sessions; it is kept in one key, so that whatever happens to it is one step on one hash slot.

/** Fixed for ever: another number would look for sessions where they are not. Stored in the layout record and checked. */
export const bucketCount = 1024;

const slash = 47;

export interface Place {
  readonly bucket: number;
  /** The whole id. */
  readonly id: Buffer;
  /** Id of the session at the head of the family: the id up to its slash. */
  readonly family: Buffer;
  /** What stands behind the slash; empty for the session itself. */
  readonly sub: Buffer;
}

const nothing = Buffer.alloc(0);

/** The place of a session; keeps `id`. */
export function placeOf(id: Buffer): Place {
  const at = id.indexOf(slash);
  if (at < 0) return { bucket: bucketOf(id), id, family: id, sub: nothing };
  const family = id.subarray(0, at);
  return { bucket: bucketOf(family), id, family, sub: id.subarray(at + 1) };
}

/** FNV-1a of the family's id: these bytes, or those from `start` up to `end`. */
export function bucketOf(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return ((hash ^ (hash >>> 16)) & (bucketCount - 1)) >>> 0;
}
