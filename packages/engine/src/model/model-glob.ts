// Glob patterns of LIST MATCH, byte by byte: `*`, `?`, `[a-z]`, `[^a-z]` and a backslash that takes the next character
// as it is. Translated into a regular expression, which is the plainest way to be sure of it.

/** A test for ids in latin1 form. */
export function globTest(pattern: string): (id: string) => boolean {
  const literal = (character: string) => character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    if (character === '*') source += '[^]*';
    else if (character === '?') source += '[^]';
    else if (character === '\\' && i + 1 < pattern.length) source += literal(pattern.charAt(++i));
    else if (character === '[') {
      let members = '';
      const isNegated = pattern.charAt(i + 1) === '^';
      if (isNegated) i++;
      for (i++; i < pattern.length && pattern.charAt(i) !== ']'; i++) {
        if (pattern.charAt(i) === '\\' && i + 1 < pattern.length) i++;
        const from = pattern.charAt(i);
        if (pattern.charAt(i + 1) === '-' && i + 2 < pattern.length && pattern.charAt(i + 2) !== ']') {
          const to = pattern.charAt(i + 2);
          members += from <= to ? `${literal(from)}-${literal(to)}` : `${literal(to)}-${literal(from)}`;
          i += 2;
        } else members += literal(from);
      }
      source += `[${isNegated ? '^' : ''}${members}]`;
    } else source += literal(character);
  }
  const expression = new RegExp(`^${source}$`);
  return (id) => expression.test(id);
}
