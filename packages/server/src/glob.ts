// Glob patterns as Redis users write them: * ? [a-z] [^a-z] and a backslash to escape. Matching is linear in the text
// for each star, never exponential.

/** Whether the whole of `text` matches `pattern`; letters are compared as they are. */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let retryAt = 0;
  while (t < text.length) {
    const step = p < pattern.length && pattern[p] !== '*' ? matchOne(pattern, p, text[t] as string) : 0;
    if (step > 0) {
      p += step;
      t++;
    } else if (pattern[p] === '*') {
      starAt = p++;
      retryAt = t;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++retryAt;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Length of the pattern element at `p` when it matches the character, else 0. */
function matchOne(pattern: string, p: number, character: string): number {
  const first = pattern[p];
  if (first === '?') return 1;
  if (first === '\\' && p + 1 < pattern.length) return pattern[p + 1] === character ? 2 : 0;
  if (first !== '[') return first === character ? 1 : 0;
  const isNegated = pattern[p + 1] === '^';
  let at = p + (isNegated ? 2 : 1);
  let isInside = false;
  while (at < pattern.length && pattern[at] !== ']') {
    if (pattern[at] === '\\' && at + 1 < pattern.length) at++;
    const low = pattern[at] as string;
    if (pattern[at + 1] === '-' && at + 2 < pattern.length && pattern[at + 2] !== ']') {
      const high = pattern[at + 2] as string;
      if ((low <= character && character <= high) || (high <= character && character <= low)) isInside = true;
      at += 3;
    } else {
      if (low === character) isInside = true;
      at++;
    }
  }
  return isInside !== isNegated ? Math.min(at + 1, pattern.length) - p : 0;
}
