// The search index against what it indexes, past the engine: every entry of every bucket's index set must belong to a
// variable that is there, and every variable must have its entry. A search verifies what it finds and so would hide an
// entry too many.
import { createHash } from 'node:crypto';
import type { RedisProcess } from './redis-process.js';

/** What differs, on servers that hold all buckets together: one server, or the masters of a cluster. */
export async function indexFaults(servers: readonly RedisProcess[], prefix: string): Promise<string[]> {
  const faults: string[] = [];
  for (const server of servers) {
    const control = await server.connect();
    const scan = async (pattern: string) => {
      const keys = new Set<string>();
      let cursor = '0';
      do {
        const reply = await control.call('SCAN', cursor, 'MATCH', pattern, 'COUNT', 1000);
        const [next, found] = reply as unknown as [Buffer | string, Buffer[]];
        cursor = String(next);
        for (const key of found) keys.add(key.toString('latin1'));
      } while (cursor !== '0');
      return keys;
    };
    const expected = new Set<string>();
    for (const key of await scan(`${prefix}:{*}:s:*`)) {
      const [, bucket = '', base = ''] = /\{(\d+)\}:s:(.*)$/s.exec(key) ?? [];
      const fields = (await control.call('HGETALL', Buffer.from(key, 'latin1'))) as unknown as Buffer[];
      for (let i = 0; i < fields.length; i += 2) {
        const field = fields[i]?.toString('latin1') ?? '';
        const at = field.indexOf('\0');
        if (!field.startsWith('v') || at < 0) continue;
        const sub = field.slice(1, at);
        const id = sub === '' ? base : `${base}/${sub}`;
        if (id !== 'globals')
          expected.add(`${bucket} ${field.slice(at + 1)}\0${valueHash(fields[i + 1] as Buffer)}${id}`);
      }
    }
    const found = new Set<string>();
    for (const key of await scan(`${prefix}:{*}:i`)) {
      const bucket = /\{(\d+)\}:i$/.exec(key)?.[1];
      const entries = (await control.call('ZRANGE', key, 0, -1)) as unknown as Buffer[];
      for (const entry of entries) found.add(`${bucket} ${entry.toString('latin1')}`);
    }
    control.close();
    for (const entry of expected) if (!found.has(entry)) faults.push(`not indexed: ${JSON.stringify(entry)}`);
    for (const entry of found) if (!expected.has(entry)) faults.push(`indexed, but gone: ${JSON.stringify(entry)}`);
  }
  return faults;
}

/** As the record of the layout says: of long values the ends and the length. */
function valueHash(value: Buffer): string {
  const hashed =
    value.length <= 1024
      ? value
      : Buffer.concat([Buffer.from(`${value.length}:`), value.subarray(0, 256), value.subarray(-256)]);
  return createHash('sha1').update(hashed).digest('hex').slice(0, 16);
}
