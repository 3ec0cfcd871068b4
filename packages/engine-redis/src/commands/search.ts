// Search by variable: each bucket's index names candidates, and each candidate is asked whether it lives and still has
// what it was found by, since entries hold hashes, and a session may be overdue.

import { inBatches } from '../buckets.js';
import type { ScriptReply } from '../connection/script-runner.js';
import type { EngineParts } from '../engine-parts.js';
import { placeOf } from '../layout/place.js';
import { standingPart } from '../scripts/parts/standing.js';
import { composeScript } from '../scripts/script.js';
import { valueHash } from './value-hash.js';

/** ARGV: 3 name. Answers when it was made and the value, of a session that lives and has one. */
const script = composeScript('match', {
  scope: 'family',
  parts: [standingPart],
  body: `
    if not is_live(sub) then return {} end
    local found = redis.call('HMGET', F, 's' .. sub, 'v' .. sub .. '\\0' .. ARGV[3])
    if not found[2] then return {} end
    return found`,
});

export interface Match {
  readonly id: Buffer;
  readonly value: Buffer;
}

const hashBytes = 16;
const atOnce = 2048;

/** Ids under which a name (and value) is indexed; some may have gone, or have another value of the same hash. */
export async function candidates(engine: EngineParts, name: Buffer, value: Buffer | undefined): Promise<Buffer[]> {
  const first = Buffer.concat([name, nul, value === undefined ? nothing : Buffer.from(valueHash(value))]);
  const idAt = name.length + 1 + hashBytes;
  const from = value === undefined ? first.subarray(0, name.length + 1) : first;
  return (await engine.buckets.each((bucket) => engine.buckets.indexed(bucket, from, idAt))).flat();
}

const nul = Buffer.from([0]);
const nothing = Buffer.alloc(0);

/** Sessions that have the variable (with this value), in the order in which they were made. */
export async function matches(engine: EngineParts, name: Buffer, value: Buffer | undefined): Promise<Match[]> {
  const ids = await candidates(engine, name, value);
  const asked = await inBatches(ids, atOnce, async (id) => {
    const reply = await engine.scripts.send(engine.scripts.beginAt(script, placeOf(id), 1).bytes(name));
    const [sequence, found] = reply as readonly ScriptReply[];
    if (!Buffer.isBuffer(found) || (value !== undefined && !found.equals(value))) return undefined;
    return { sequence: String(sequence), id, value: found };
  });
  return asked
    .filter((match) => match !== undefined)
    .sort((left, right) => (left.sequence < right.sequence ? -1 : left.sequence > right.sequence ? 1 : 0));
}
