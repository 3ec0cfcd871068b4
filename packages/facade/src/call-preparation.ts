// Before a function does anything: is the number of arguments right, and what do they convert to? The conversion runs
// where the caller is, since it may call the caller's own `toString`.
import type { FunctionParameter, PhpArgument } from './function-table.js';
import { toPhpArray, toPhpInteger, toPhpString } from './php-conversions.js';

/** The converted arguments, or null when there are too few or too many. */
export function prepareArguments(
  parameters: readonly FunctionParameter[],
  given: readonly unknown[],
): PhpArgument[] | null {
  const required = parameters.filter(({ isOptional }) => isOptional !== true).length;
  let count = given.length;
  // an optional argument that is undefined was left out, as JavaScript has it; PHP has no such thing
  while (count > required && given[count - 1] === undefined) count--;
  if (count < required || count > parameters.length) return null;
  return given.slice(0, count).map((value, index) => convert(parameters[index] as FunctionParameter, value));
}

function convert({ type, isOptional }: FunctionParameter, value: unknown): PhpArgument {
  if (value === undefined && isOptional === true) return type === 'array' ? [] : undefined;
  if (type === 'text') return toPhpString(value);
  return type === 'integer' ? toPhpInteger(value) : toPhpArray(value);
}
