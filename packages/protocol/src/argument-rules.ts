// What ids, names and integers may look like on the wire, in one place for the binder, engines and clients.

export const maxIdBytes = 255;
export const maxNameBytes = 255;
/** Notes, patterns, function names, passwords: a lock keeps its note, and matching a long pattern takes long. */
export const maxTextBytes = 8192;
/** An operand of arithmetic: more than any double takes. Reading long ones exactly costs time in their square. */
export const maxNumberBytes = 512;

/** The reserved session of server-wide counters: it always exists and never expires. */
export const globalsId = 'globals';

const slash = 47;

/** What is wrong with a session id, as the end of a sentence, or null when it may be one. */
export function idFault(buffer: Uint8Array, start: number, end: number): string | null {
  const length = end - start;
  if (length === 0) return 'is empty; an id has 1 to 255 bytes';
  if (length > maxIdBytes) return `has ${length} bytes; an id has 1 to 255`;
  let slashAt = -1;
  for (let i = start; i < end; i++) {
    const byte = buffer[i] as number;
    if (byte > slash && byte !== 127) continue;
    if (byte < 32 || byte === 127) return 'has a control character; ids have none';
    if (byte === slash) {
      if (slashAt >= 0) return 'has two slashes; an id has one at most, between session and sub-session';
      slashAt = i;
    }
  }
  if (slashAt === start || slashAt === end - 1) return 'has nothing on one side of its slash';
  return null;
}

/** What is wrong with the part of an id behind the slash, as the end of a sentence, or null when it may be one. */
export function subIdFault(buffer: Uint8Array, start: number, end: number): string | null {
  const fault = idFault(buffer, start, end);
  if (fault !== null) return fault;
  for (let i = start; i < end; i++) {
    if (buffer[i] === slash) return 'has a slash; it is only the part behind it';
  }
  return null;
}

/** What is wrong with a variable name, as the end of a sentence, or null when it may be one. */
export function nameFault(buffer: Uint8Array, start: number, end: number): string | null {
  const length = end - start;
  if (length === 0) return 'is empty; a name has 1 to 255 bytes';
  if (length > maxNameBytes) return `has ${length} bytes; a name has 1 to 255`;
  for (let i = start; i < end; i++) {
    const byte = buffer[i] as number;
    if (byte < 32 || byte === 127) return 'has a control character; names have none';
  }
  return null;
}

/** Reads a decimal integer within 2^53 from bytes; NaN when it is none (sign only, leading +, spaces, overflow). */
export function parseInteger(buffer: Uint8Array, start: number, end: number): number {
  let position = start;
  const isNegative = buffer[position] === 45;
  if (isNegative) position++;
  const digits = end - position;
  if (digits < 1 || digits > 16) return Number.NaN;
  let value = 0;
  for (; position < end; position++) {
    const digit = (buffer[position] as number) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  if (value > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return isNegative && value !== 0 ? -value : value;
}
