// RENAME across slots of a cluster, as a move in steps (docs/decisions/redis-engine-layout.md): begun by one front-end,
// finished by it or by whoever meets what it left.
import { randomBytes } from 'node:crypto';
import type { ScriptReply, ScriptRunner } from './connection/script-runner.js';
import type { KeyNames } from './layout/key-names.js';
import { type Place, placeOf } from './layout/place.js';
import { arriveScript, beginMoveScript, endMoveScript, readMoveScript } from './scripts/move-scripts.js';

const taken = -16;

/** Moves a family to another id in steps. Resolves with 1, or with the refusal of a script. */
export async function moveFamily(
  scripts: ScriptRunner,
  keys: KeyNames,
  source: Place,
  target: Place,
): Promise<ScriptReply> {
  const token = randomBytes(12).toString('hex');
  const begun = await scripts.send(scripts.beginAt(beginMoveScript, source, 2).bytes(target.id).text(token));
  if (!Array.isArray(begun) || typeof begun[0] === 'number') return begun;
  const intent = Buffer.concat([Buffer.from(`${token}\0`), target.id]);
  return carryOn(scripts, keys, source, intent, begun);
}

/** Finishes a move that somebody began. */
export async function finishMove(scripts: ScriptRunner, keys: KeyNames, source: Place, intent: Buffer): Promise<void> {
  const read = await scripts.send(scripts.beginAt(readMoveScript, source, 1).bytes(intent));
  if (Array.isArray(read)) await carryOn(scripts, keys, source, intent, read);
}

async function carryOn(
  scripts: ScriptRunner,
  keys: KeyNames,
  source: Place,
  intent: Buffer,
  begun: readonly ScriptReply[],
): Promise<ScriptReply> {
  const at = intent.indexOf(0);
  const target = placeOf(intent.subarray(at + 1));
  const [counted, fields] = begun as readonly [Buffer, readonly Buffer[]];
  const arrivals = Buffer.from(keys.ofBucket(target.bucket, 'm'));
  const call = scripts
    .beginAt(arriveScript, target, 2 + fields.length, [arrivals])
    .bytes(intent, 0, at)
    .bytes(counted);
  for (const word of fields) call.bytes(word);
  const arrived = await scripts.send(call);
  const hasArrived = arrived === 1;
  await scripts.send(
    scripts
      .beginAt(endMoveScript, source, 3)
      .bytes(intent)
      .text(hasArrived ? '1' : '')
      .bytes(target.id),
  );
  return hasArrived || arrived === taken ? arrived : taken;
}
