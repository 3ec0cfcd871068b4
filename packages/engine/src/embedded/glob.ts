// Glob patterns of LIST MATCH and CONFIG GET, byte by byte: `*`, `?`, `[a-z]`, `[^a-z]`, and a backslash that takes the
// next byte as it is. No recursion and no regular expression, so that no pattern takes more than pattern times id steps.

const star = 42;
const question = 63;
const open = 91;
const close = 93;
const caret = 94;
const dash = 45;
const backslash = 92;

/** Whether a whole range of bytes matches a pattern. */
export function matchesGlob(pattern: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  let patternAt = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (at < end) {
    const next =
      patternAt < pattern.length && pattern[patternAt] !== star
        ? matchOne(pattern, patternAt, bytes[at] as number)
        : -1;
    if (next >= 0) {
      patternAt = next;
      at++;
    } else if (patternAt < pattern.length && pattern[patternAt] === star) {
      starAt = patternAt++;
      resumeAt = at;
    } else if (starAt >= 0) {
      patternAt = starAt + 1;
      at = ++resumeAt;
    } else {
      return false;
    }
  }
  while (patternAt < pattern.length && pattern[patternAt] === star) patternAt++;
  return patternAt === pattern.length;
}

/** Where the pattern goes on after matching one byte, or -1. */
function matchOne(pattern: Uint8Array, from: number, byte: number): number {
  const first = pattern[from] as number;
  if (first === question) return from + 1;
  if (first === backslash && from + 1 < pattern.length) return pattern[from + 1] === byte ? from + 2 : -1;
  if (first === open) return matchSet(pattern, from + 1, byte);
  return first === byte ? from + 1 : -1;
}

function matchSet(pattern: Uint8Array, from: number, byte: number): number {
  let i = from;
  const isNegated = pattern[i] === caret;
  if (isNegated) i++;
  let isMember = false;
  for (; i < pattern.length && pattern[i] !== close; i++) {
    if (pattern[i] === backslash && i + 1 < pattern.length) i++;
    const low = pattern[i] as number;
    if (pattern[i + 1] === dash && i + 2 < pattern.length && pattern[i + 2] !== close) {
      const high = pattern[i + 2] as number;
      if (byte >= Math.min(low, high) && byte <= Math.max(low, high)) isMember = true;
      i += 2;
    } else if (low === byte) {
      isMember = true;
    }
  }
  return isMember !== isNegated ? Math.min(i + 1, pattern.length) : -1;
}
