// Inline commands: a line of words as typed into telnet or netcat, quoted as redis-cli quotes. Words without quotes stay where they
// are in the caller's buffer; a line with quotes is unquoted into memory of its own.
import type { Request } from './request.js';
import type { RequestLimits } from './request-limits.js';
import { tooLong, tooManyArguments } from './request-messages.js';

const quote = 34;
const apostrophe = 39;
const backslash = 92;

/**
 * Binds the words of the line from `start` to `end` (its end without CR LF) to `request`.
 * Answers what is wrong with it as a message, or null; zero words for an empty line.
 */
export function bindInline(request: Request, buffer: Buffer, start: number, end: number): string | null {
  for (let i = start; i < end; i++) {
    const byte = buffer[i];
    if (byte === quote || byte === apostrophe) return bindQuoted(request, buffer, start, end);
  }
  request.clear(buffer);
  let position = start;
  for (;;) {
    while (position < end && isSpace(buffer[position] as number)) position++;
    if (position >= end) return null;
    const from = position;
    while (position < end && !isSpace(buffer[position] as number)) position++;
    request.push(from, position);
  }
}

/** Why a line that was bound must not be obeyed, or null. */
export function inlineProblem(
  request: Request,
  buffer: Buffer,
  start: number,
  end: number,
  limits: RequestLimits,
): string | null {
  // a browser can be made to send such a line to any port
  if (end - start > 9 && buffer.toString('latin1', end - 9, end - 3) === ' HTTP/')
    return 'HTTP spoken to the RESP port; the web page and metrics are on the admin port';
  if (request.count > limits.maxArguments) return tooManyArguments(request.count, limits);
  for (let i = 0; i < request.count; i++)
    if (request.length(i) > limits.maxArgumentBytes) return tooLong(request.length(i), limits);
  return null;
}

function bindQuoted(request: Request, buffer: Buffer, start: number, end: number): string | null {
  const words = Buffer.allocUnsafe(end - start);
  request.clear(words);
  let at = 0;
  let position = start;
  for (;;) {
    while (position < end && isSpace(buffer[position] as number)) position++;
    if (position >= end) return null;
    const from = at;
    let open = 0;
    for (; position < end; position++) {
      const byte = buffer[position] as number;
      if (open === 0) {
        if (isSpace(byte)) break;
        if (byte === quote || byte === apostrophe) open = byte;
        else words[at++] = byte;
      } else if (byte === open) {
        if (position + 1 < end && !isSpace(buffer[position + 1] as number))
          return 'a closing quote in an inline command must be followed by a space';
        open = 0;
      } else if (byte === backslash && open === quote && position + 1 < end) {
        const code = hexadecimal(buffer, position, end);
        words[at++] = code >= 0 ? code : escaped(buffer[position + 1] as number);
        position += code >= 0 ? 3 : 1;
      } else if (
        byte === backslash &&
        open === apostrophe &&
        buffer[position + 1] === apostrophe &&
        position + 1 < end
      ) {
        words[at++] = apostrophe;
        position++;
      } else {
        words[at++] = byte;
      }
    }
    if (open !== 0) return 'a quote in an inline command is not closed';
    request.push(from, at);
  }
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** The byte of `\xhh` at `position`, or -1 when there is none. */
function hexadecimal(buffer: Buffer, position: number, end: number): number {
  if (position + 3 >= end || buffer[position + 1] !== 120) return -1;
  const high = hexadecimalDigit(buffer[position + 2] as number);
  const low = hexadecimalDigit(buffer[position + 3] as number);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexadecimalDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** The byte that a backslash and `byte` stand for within double quotes. */
function escaped(byte: number): number {
  if (byte === 110) return 10;
  if (byte === 114) return 13;
  if (byte === 116) return 9;
  if (byte === 98) return 8;
  if (byte === 97) return 7;
  return byte;
}
