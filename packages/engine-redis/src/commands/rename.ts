import { globalsId } from '@msession/protocol';
import type { EngineParts, Handler } from '../engine-parts.js';
import { bucketKeyLetters } from '../layout/key-names.js';
import { type Place, placeOf } from '../layout/place.js';
import { moveFamily } from '../moves.js';
import { renameScript, renameSubScript } from '../scripts/move-scripts.js';
import { touchScript } from './copy.js';
import { refused, replyError, replyOk } from './replies.js';

export const rename: Handler<'RENAME'> = async (engine, request, args) => {
  const { scripts, keys } = engine;
  const source = placeOf(request.bytes(args.id));
  const target = placeOf(request.bytes(args.newId));
  if (source.id.toString('latin1') === globalsId)
    return replyError('ERR', "RENAME does not work on the built-in session 'globals'");
  const isSub = source.sub.length > 0;
  if (isSub !== target.sub.length > 0 || (isSub && !source.family.equals(target.family)))
    return replyError('ERR', 'RENAME keeps a session a session, and a sub-session with its parent');
  const reply = source.id.equals(target.id)
    ? await scripts.send(scripts.beginAt(touchScript, source, 0))
    : isSub
      ? await scripts.send(scripts.beginAt(renameSubScript, source, 1).bytes(target.sub))
      : engine.link.sharesSlot(source.bucket, target.bucket)
        ? await scripts.send(scripts.beginAt(renameScript, source, 1, targetKeys(engine, target)).bytes(target.id))
        : await moveFamily(scripts, keys, source, target);
  const refusal = refused(engine, reply);
  if (refusal !== undefined) return refusal;
  engine.locks.renamed(source.id.toString('latin1'), target.id.toString('latin1'));
  return replyOk;
};

function targetKeys({ keys }: EngineParts, target: Place): Buffer[] {
  return [
    keys.family(target.bucket, target.family),
    ...bucketKeyLetters.map((letter) => Buffer.from(keys.ofBucket(target.bucket, letter))),
  ];
}
