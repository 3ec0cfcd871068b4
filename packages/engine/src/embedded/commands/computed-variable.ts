// What INC, ADD and MULDIV share: read a variable, compute, write it back, answer it; a refusal changes nothing.
import type { ReplySink, Request } from '@msession/protocol';
import { EngineError } from '../../engine.js';
import { type Operand, readOperand } from '../arithmetic.js';
import { headWord } from '../session-layout.js';
import type { EngineParts } from './handler.js';
import { writeTarget, writeTo } from './written-session.js';

export function computeVariable(
  engine: EngineParts,
  request: Request,
  args: { readonly id: number; readonly name: number },
  sink: ReplySink,
  compute: (value: Operand) => Operand,
): void {
  const { sessions, limits } = engine;
  const { buffer } = request;
  const target = writeTarget(engine, request, args.id, sink);
  if (target === undefined) return;
  const nameStart = request.start(args.name);
  const nameEnd = request.end(args.name);
  const block = target.address === 0 ? 0 : sessions.word(target.address, headWord.variables);
  const exists = sessions.variables.find(block, buffer, nameStart, nameEnd);
  const { bytes, valueStart, valueEnd } = sessions.variables.place;
  let text: string;
  try {
    text = String(compute(exists ? readOperand(bytes, valueStart, valueEnd) : 0n));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    sink.error(error.code, error.message);
    return;
  }
  const count = sessions.variables.count(block);
  if (!exists && count >= limits.maxVariablesPerSession) {
    sink.error(
      'BADLEN',
      `the session would have ${count + 1} variables; max-variables is ${limits.maxVariablesPerSession}`,
    );
    return;
  }
  const result = Buffer.from(text, 'latin1');
  writeTo(engine, request, args.id, target, (address) =>
    sessions.setVariable(address, buffer, nameStart, nameEnd, result, 0, result.length),
  );
  sink.bulk(result, 0, result.length);
}

/** Reads an operand from the request; throws as `readOperand` does. */
export function operandAt(request: Request, index: number): Operand {
  return readOperand(request.buffer, request.start(index), request.end(index));
}
