// A typed line as words. Quoting is redis-cli's, so that what people know works: double quotes take \n \r \t \b \a
// \xHH, single quotes take only \'. Words are bytes, since an escape may name any byte.

/** A line that cannot be split; the message says where. */
export class LineFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LineFault';
  }
}

const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, a: 7 };

/** @throws LineFault for a quote without its end, or text glued behind one */
export function splitLine(line: string): Buffer[] {
  const words: Buffer[] = [];
  let position = 0;
  while (position < line.length) {
    if (isSpace(line[position])) {
      position++;
      continue;
    }
    const word = readWord(line, position);
    words.push(word.bytes);
    position = word.end;
  }
  return words;
}

function readWord(line: string, start: number): { bytes: Buffer; end: number } {
  const parts: Buffer[] = [];
  let position = start;
  while (position < line.length && !isSpace(line[position])) {
    const char = line[position] as string;
    if (char === '"' || char === "'") {
      const quoted = char === '"' ? readDouble(line, position) : readSingle(line, position);
      if (quoted.end < line.length && !isSpace(line[quoted.end]))
        throw new LineFault(`a space is missing behind the closing quote at column ${quoted.end}`);
      parts.push(quoted.bytes);
      return { bytes: Buffer.concat(parts), end: quoted.end };
    }
    const codePoint = String.fromCodePoint(line.codePointAt(position) as number);
    parts.push(Buffer.from(codePoint, 'utf8'));
    position += codePoint.length;
  }
  return { bytes: Buffer.concat(parts), end: position };
}

function readDouble(line: string, start: number): { bytes: Buffer; end: number } {
  const parts: Buffer[] = [];
  let position = start + 1;
  while (position < line.length && line[position] !== '"') {
    if (line[position] !== '\\' || position + 1 >= line.length) {
      const codePoint = String.fromCodePoint(line.codePointAt(position) as number);
      parts.push(Buffer.from(codePoint, 'utf8'));
      position += codePoint.length;
      continue;
    }
    const hex = /^\\x([0-9a-f]{2})/i.exec(line.slice(position, position + 4));
    if (hex !== null) {
      parts.push(Buffer.of(Number.parseInt(hex[1] as string, 16)));
      position += 4;
      continue;
    }
    const char = line[position + 1] as string;
    parts.push(escapes[char] === undefined ? Buffer.from(char, 'utf8') : Buffer.of(escapes[char]));
    position += 2;
  }
  if (position >= line.length) throw new LineFault(`the quote at column ${start + 1} has no end`);
  return { bytes: Buffer.concat(parts), end: position + 1 };
}

function readSingle(line: string, start: number): { bytes: Buffer; end: number } {
  let text = '';
  let position = start + 1;
  while (position < line.length && line[position] !== "'") {
    if (line.startsWith("\\'", position)) position++;
    text += line[position];
    position++;
  }
  if (position >= line.length) throw new LineFault(`the quote at column ${start + 1} has no end`);
  return { bytes: Buffer.from(text, 'utf8'), end: position + 1 };
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n';
}
