import { multiplyDivide } from '../arithmetic.js';
import { computeVariable, operandAt } from './computed-variable.js';
import type { Handler } from './handler.js';

export const muldiv: Handler<'MULDIV'> = (engine, request, args, sink) =>
  computeVariable(engine, request, args, sink, (value) =>
    multiplyDivide(value, operandAt(request, args.multiplier), operandAt(request, args.divisor)),
  );
