import { add } from '../arithmetic.js';
import { computeVariable, operandAt } from './computed-variable.js';
import type { Handler } from './handler.js';

export const addCommand: Handler<'ADD'> = (engine, request, args, sink) =>
  computeVariable(engine, request, args, sink, (value) => add(value, operandAt(request, args.amount)));
