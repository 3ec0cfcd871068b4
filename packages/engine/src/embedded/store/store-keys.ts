// How keys of the store's tables are made. Families stand in the order of the hash of their ids, which is the order of
// the table in memory, so that a listing goes over both alike.

/** The value of a key that stands for itself. */
export const present = Buffer.of(1);

/** Key of a family: its id's hash, big endian, and its id. */
export function familyKey(hash: number, id: Uint8Array, start: number, end: number): Buffer {
  const key = Buffer.allocUnsafe(4 + end - start);
  key.writeUInt32BE(hash, 0);
  key.set(id.subarray(start, end), 4);
  return key;
}

export function idOfKey(key: Buffer): Buffer {
  return key.subarray(4);
}

/** Key among the deadlines: milliseconds of the store's time, big endian, and the family's key. */
export function deadlineKey(second: number, family: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(8 + family.length);
  writeSecond(key, second);
  key.set(family, 8);
  return key;
}

/** The first key of a second. */
export function deadlineBound(second: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  writeSecond(key, second);
  return key;
}

function writeSecond(key: Buffer, second: number): void {
  const ms = second * 1000;
  key.writeUInt32BE(Math.floor(ms / 2 ** 32), 0);
  key.writeUInt32BE(ms % 2 ** 32, 4);
}

export function secondOfKey(key: Buffer): number {
  return Math.floor((key.readUInt32BE(0) * 2 ** 32 + key.readUInt32BE(4)) / 1000);
}

export function familyOfDeadline(key: Buffer): Buffer {
  return key.subarray(8);
}

/** Key of a posting: number of the name and hash of the value, big endian, and the family's key. */
export function postingKey(name: number, valueHash: number, family: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(8 + family.length);
  key.writeUInt32BE(name, 0);
  key.writeUInt32BE(valueHash, 4);
  key.set(family, 8);
  return key;
}

/** First key of a name's postings, or of those for one value. */
export function postingBound(name: number, valueHash = 0): Buffer {
  return postingKey(name, valueHash, Buffer.alloc(0));
}

export function familyOfPosting(key: Buffer): Buffer {
  return key.subarray(8);
}

/** The key right behind this one. */
export function keyAfter(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}
