// Checks single words of a request against the type and bounds that their spec gives them.
import {
  idFault,
  maxIdBytes,
  maxNameBytes,
  maxNumberBytes,
  maxTextBytes,
  nameFault,
  parseInteger,
  subIdFault,
} from './argument-rules.js';
import type { ArgumentType } from './command-spec.js';
import type { ErrorCode } from './error-codes.js';
import type { Request } from './request.js';

/** A run of arguments: items, or pairs of name and value, from index `first` on. */
export interface BoundRun {
  readonly first: number;
  /** Items, or pairs where the spec says pairs. */
  readonly count: number;
}

/** Why a request does not fit its command. */
export class ArgumentFault {
  readonly code: ErrorCode;
  readonly message: string;

  constructor(code: ErrorCode, message: string) {
    this.code = code;
    this.message = message;
  }
}

export interface ArgumentLimits {
  /** Longest value, data or text, in bytes. */
  readonly maxValueBytes: number;
}

/** An integer's value, or the index of bytes, or what is wrong with it. */
export function bindValue(
  spec: { readonly name: string; readonly minimum: number | undefined; readonly maximum: number | undefined },
  type: ArgumentType,
  request: Request,
  index: number,
  limits: ArgumentLimits,
): number | ArgumentFault {
  const start = request.start(index);
  const end = request.end(index);
  if (type !== 'integer') return checkBytes(spec.name, type, request, index, limits) ?? index;
  const value = parseInteger(request.buffer, start, end);
  if (Number.isNaN(value)) return new ArgumentFault('ERR', `${spec.name} is not an integer or out of range`);
  if (value < (spec.minimum ?? Number.NEGATIVE_INFINITY) || value > (spec.maximum ?? Number.POSITIVE_INFINITY)) {
    const low = spec.minimum === undefined ? '' : `${spec.minimum} or more`;
    const high = spec.maximum === undefined ? '' : `${spec.maximum} at most`;
    return new ArgumentFault(
      'ERR',
      `${spec.name} is ${value}; it must be ${[low, high].filter((part) => part !== '').join(', ')}`,
    );
  }
  return value;
}

function checkBytes(
  name: string,
  type: ArgumentType,
  request: Request,
  index: number,
  limits: ArgumentLimits,
): ArgumentFault | null {
  const start = request.start(index);
  const end = request.end(index);
  if (type === 'id' || type === 'subId') {
    const fault = type === 'id' ? idFault(request.buffer, start, end) : subIdFault(request.buffer, start, end);
    if (fault !== null) return new ArgumentFault(end - start > maxIdBytes ? 'BADLEN' : 'ERR', `${name} ${fault}`);
  } else if (type === 'name') {
    const fault = nameFault(request.buffer, start, end);
    if (fault !== null) return new ArgumentFault(end - start > maxNameBytes ? 'BADLEN' : 'ERR', `${name} ${fault}`);
  } else if (type === 'number' && end - start > maxNumberBytes) {
    return new ArgumentFault('NOTANUMBER', `${name} has ${end - start} bytes; a number has ${maxNumberBytes} at most`);
  } else if (type === 'text' && end - start > maxTextBytes) {
    return new ArgumentFault('BADLEN', `${name} has ${end - start} bytes; text has ${maxTextBytes} at most`);
  } else if (end - start > limits.maxValueBytes) {
    return new ArgumentFault('BADLEN', `${name} has ${end - start} bytes; max-value-size is ${limits.maxValueBytes}`);
  }
  return null;
}

/** What is wrong with the items of a run, or null. */
export function checkRun(
  name: string,
  type: ArgumentType,
  pair: ArgumentType | undefined,
  request: Request,
  first: number,
  words: number,
  limits: ArgumentLimits,
): ArgumentFault | null {
  for (let i = 0; i < words; i++) {
    const itemType = pair !== undefined && (i & 1) === 1 ? pair : type;
    const fault = checkBytes(name, itemType, request, first + i, limits);
    if (fault !== null) return fault;
  }
  return null;
}
