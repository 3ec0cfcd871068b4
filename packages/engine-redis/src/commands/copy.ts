// COPY concerns two sessions, which may lie in different slots: the source is read in one step, the copy made in
// another, and only then has the source been accessed.
import type { ScriptReply } from '../connection/script-runner.js';
import type { Handler } from '../engine-parts.js';
import { placeOf } from '../layout/place.js';
import { standingPart } from '../scripts/parts/standing.js';
import { variableReadingPart } from '../scripts/parts/variable-reading.js';
import { composeScript } from '../scripts/script.js';
import { createScript } from './create.js';
import { refused, replyOk } from './replies.js';

const readScript = composeScript('copy', {
  scope: 'family',
  parts: [standingPart, variableReadingPart],
  body: `
    if not is_live(sub) then return -1 end
    local o = redis.call('HMGET', F, 'c' .. sub, 'x' .. sub, 't' .. sub)
    return {o[1] or '', o[2], o[3], variables_of(sub)}`,
});

/** Counts as an access, and no more. */
export const touchScript = composeScript('touch', {
  scope: 'family',
  parts: [standingPart],
  body: `
    if not is_live(sub) then return -1 end
    touch(sub)
    return 1`,
});

export const copy: Handler<'COPY'> = async (engine, request, args) => {
  const { scripts } = engine;
  const source = placeOf(request.bytes(args.id));
  const target = placeOf(request.bytes(args.newId));
  const content = await scripts.send(scripts.beginAt(readScript, source, 0));
  const missing = refused(engine, content);
  if (missing !== undefined) return missing;
  const [className, data, timeout, variables] = content as readonly ScriptReply[];
  const pairs = variables as readonly Buffer[];
  const call = scripts.beginAt(createScript, target, 9 + pairs.length).text('');
  call.text(data === null ? '0' : '1').bytes((data ?? nothing) as Buffer);
  call.text('1').bytes(className as Buffer);
  call
    .bytes(timeout as Buffer)
    .text('')
    .text('0')
    .integer(pairs.length / 2);
  for (const word of pairs) call.bytes(word);
  const made = await scripts.send(call);
  const refusal = refused(engine, made);
  if (refusal !== undefined) return refusal;
  engine.figures.created++;
  await scripts.send(scripts.beginAt(touchScript, source, 0));
  return replyOk;
};

const nothing = Buffer.alloc(0);
