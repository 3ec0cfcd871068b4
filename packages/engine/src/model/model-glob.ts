// Glob patterns of LIST MATCH, byte by byte: `*`, `?`, `[a-z]`, `[^a-z]` and a backslash that takes the next character
// as it is. A pattern is a list of tests for one character, with stars between; only the last star passed is ever
// widened, so that a hostile pattern costs pattern times id and not an exponential of it.

type Step = '*' | ((character: string) => boolean);

function readSet(pattern: string, from: number): { step: Step; next: number } {
  let at = from;
  const isNegated = pattern.charAt(at) === '^';
  if (isNegated) at++;
  const ranges: [string, string][] = [];
  const readMember = () => {
    if (pattern.charAt(at) === '\\' && at + 1 < pattern.length) at++;
    return pattern.charAt(at++);
  };
  while (at < pattern.length && pattern.charAt(at) !== ']') {
    const low = readMember();
    const isRange = pattern.charAt(at) === '-' && at + 1 < pattern.length && pattern.charAt(at + 1) !== ']';
    if (isRange) at++;
    const high = isRange ? readMember() : low;
    ranges.push(low <= high ? [low, high] : [high, low]);
  }
  const has = (character: string) => ranges.some(([low, high]) => low <= character && character <= high);
  return { step: (character) => has(character) !== isNegated, next: at + 1 };
}

function readSteps(pattern: string): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < pattern.length; ) {
    const character = pattern.charAt(at++);
    if (character === '*') steps.push('*');
    else if (character === '?') steps.push(() => true);
    else if (character === '[') {
      const { step, next } = readSet(pattern, at);
      steps.push(step);
      at = next;
    } else {
      const literal = character === '\\' && at < pattern.length ? pattern.charAt(at++) : character;
      steps.push((candidate) => candidate === literal);
    }
  }
  return steps;
}

/** A test for ids in latin1 form. */
export function globTest(pattern: string): (id: string) => boolean {
  const steps = readSteps(pattern);
  return (id) => {
    let step = 0;
    let lastStar = -1;
    let starEnds = 0;
    for (let at = 0; at < id.length; ) {
      const current = steps[step];
      if (current === '*') {
        lastStar = step++;
        starEnds = at;
      } else if (current?.(id.charAt(at)) === true) {
        step++;
        at++;
      } else if (lastStar >= 0) {
        step = lastStar + 1;
        at = ++starEnds;
      } else return false;
    }
    return steps.slice(step).every((rest) => rest === '*');
  };
}
