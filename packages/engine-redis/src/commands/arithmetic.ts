// INC, ADD and MULDIV. A script computes where Lua's doubles are exact (integers of up to 15 digits); everything else is
// computed here, as the embedded engine computes it, and set only if the variable still is what was computed with.
import { EngineError } from '@msession/engine';
import { add, multiplyDivide, type Operand, readOperand } from '@msession/engine/shared';
import type { DeferredReply, Request } from '@msession/protocol';
import type { ScriptReply } from '../connection/script-runner.js';
import type { EngineParts, Handler } from '../engine-parts.js';
import { placeOf } from '../layout/place.js';
import { contentPart } from '../scripts/parts/content.js';
import { endingPart } from '../scripts/parts/ending.js';
import { growingPart } from '../scripts/parts/growing.js';
import { composeScript } from '../scripts/script.js';
import { sessionToWrite } from '../scripts/session-to-write.js';
import { refused, replyBytes, replyError } from './replies.js';

/**
 * ARGV: 8 name, 9 a placeholder (a pair follows the name in `set_variables`), 10 and 11 operands, both empty where they are
 * not simple; 12 `1` for compare and set: 13 what the variable must be (with 14 `1` if there is one), 9 the new value.
 * Answers the new value, `{value, 1}` where it made the session, or `{-11, value or false}`: to be computed elsewhere.
 */
const script = composeScript('compute', {
  scope: 'bucket',
  parts: [growingPart, endingPart, contentPart],
  body: `${sessionToWrite}
    local value = redis.call('HGET', F, 'v' .. sub .. '\\0' .. ARGV[8])
    local result
    if ARGV[12] == '1' then
      if (value or '') ~= ARGV[13] or (value and '1' or '0') ~= ARGV[14] then return answer({-11, value}) end
      result = ARGV[9]
    else
      local function simple(text)
        if #text <= 16 and string.find(text, '^%-?%d+$') then
          local n = tonumber(text)
          if math.abs(n) < 1e15 then return n end
        end
      end
      local n, a, b = simple(value or '0'), simple(ARGV[10]), simple(ARGV[11])
      if n and a and ARGV[11] == '' then
        n = n + a
      elseif n and a and b and b ~= 0 then
        n = n * a
        if math.abs(n) >= 9e15 or math.fmod(n, b) ~= 0 then return answer({-11, value}) end
        n = n / b
      else
        return answer({-11, value})
      end
      result = n == 0 and '0' or digits(n)
    end
    local refusal = too_many(sub, 8, 1, 1, 0)
    if refusal then return answer(refusal) end
    if exists then touch(sub) else create(sub, '') end
    ARGV[9] = result
    set_variables(sub, 8, 1)
    if exists then return answer(result) end
    announce(sub)
    return answer({result, 1})`,
});

/** Others may change the variable in between; each try that fails means that another's succeeded. */
const mostTries = 1000;
const simpleOperand = /^-?\d{1,15}$/;

async function compute(
  engine: EngineParts,
  request: Request,
  indexes: { readonly id: number; readonly name: number },
  operands: readonly Buffer[],
  calculate: (value: Operand) => Operand,
): Promise<DeferredReply> {
  const place = placeOf(request.bytes(indexes.id));
  const name = request.bytes(indexes.name);
  const texts = operands.map((operand) => operand.toString('latin1'));
  const [first = '', second = ''] = texts.every((text) => simpleOperand.test(text)) ? texts : [];
  const ask = (result: string, expected: ScriptReply | undefined) => {
    const call = engine.scripts.beginAt(script, place, 7).bytes(name).text(result).text(first).text(second);
    if (expected === undefined) call.text('').text('').text('');
    else
      call
        .text('1')
        .bytes(Buffer.isBuffer(expected) ? expected : nothing)
        .text(expected === null ? '0' : '1');
    return engine.scripts.send(call);
  };
  let reply = await ask('', undefined);
  for (let tries = 0; Array.isArray(reply) && reply[0] === -11; tries++) {
    if (tries === mostTries)
      return replyError('UNAVAILABLE', 'the variable is changed by others all the time; try again');
    const current = (reply[1] ?? null) as ScriptReply;
    let result: string;
    try {
      result = String(calculate(Buffer.isBuffer(current) ? readOperand(current, 0, current.length) : 0n));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return replyError(error.code, error.message);
    }
    reply = await ask(result, current);
  }
  const refusal = refused(engine, reply);
  if (refusal !== undefined) return refusal;
  if (!Array.isArray(reply)) return replyBytes(reply as Buffer);
  engine.figures.created++;
  return replyBytes(reply[0] as Buffer);
}

const nothing = Buffer.alloc(0);
const one = Buffer.from('1');

function operand(bytes: Buffer): Operand {
  return readOperand(bytes, 0, bytes.length);
}

export const inc: Handler<'INC'> = (engine, request, args) =>
  compute(engine, request, args, [one], (value) => add(value, 1n));

export const addCommand: Handler<'ADD'> = (engine, request, args) => {
  const amount = request.bytes(args.amount);
  return compute(engine, request, args, [amount], (value) => add(value, operand(amount)));
};

export const muldiv: Handler<'MULDIV'> = (engine, request, args) => {
  const multiplier = request.bytes(args.multiplier);
  const divisor = request.bytes(args.divisor);
  return compute(engine, request, args, [multiplier, divisor], (value) =>
    multiplyDivide(value, operand(multiplier), operand(divisor)),
  );
};
