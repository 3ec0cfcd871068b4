import { add } from '../arithmetic.js';
import { computeVariable } from './computed-variable.js';
import type { Handler } from './handler.js';

export const inc: Handler<'INC'> = (engine, request, args, sink) =>
  computeVariable(engine, request, args, sink, (value) => add(value, 1n));
