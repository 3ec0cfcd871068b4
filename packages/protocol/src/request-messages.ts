// What the parser says about a request that it refuses. Nothing of the request itself is repeated but single bytes.
import type { RequestLimits } from './request-limits.js';

export function shownByte(byte: number): string {
  return byte > 32 && byte < 127 ? `'${String.fromCharCode(byte)}'` : `byte ${hexadecimal(byte)}`;
}

function hexadecimal(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}

export function wrongBeginning(byte: number): string {
  const hint = byte === 0x16 ? '; TLS spoken to a port without it?' : ', which is no RESP';
  return `a request begins with byte ${hexadecimal(byte)}${hint}`;
}

export function tooManyArguments(count: number, limits: RequestLimits): string {
  return `a request has ${count} arguments, at most ${limits.maxArguments}; ${limits.countAdvice}`;
}

export function tooLong(length: number, limits: RequestLimits): string {
  const { maxArgumentBytes, maxRequestBytes, sizeAdvice } = limits;
  return length > maxArgumentBytes
    ? `an argument has ${length} bytes, at most ${maxArgumentBytes}; ${sizeAdvice}`
    : `a request is longer than ${maxRequestBytes} bytes; ${sizeAdvice}`;
}

export function inlineTooLong(limits: RequestLimits): string {
  return `an inline command is longer than ${limits.maxInlineBytes} bytes; send it as a RESP array`;
}
