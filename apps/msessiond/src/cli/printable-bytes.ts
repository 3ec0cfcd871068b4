// Bytes on a screen: text stays text, everything that could steer a terminal or is no UTF-8 is shown as an escape.

/** Text with \n, \r, \t, \\ and \xHH for what cannot be shown. */
export function printableBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  let position = 0;
  while (position < buffer.length) {
    const length = sequenceLength(buffer, position);
    const sequence = buffer.toString('utf8', position, position + length);
    text += sequence === '\ufffd' && length === 1 ? hex(buffer[position] as number) : shown(sequence);
    position += length;
  }
  return text;
}

/** Whether bytes are UTF-8, so that they may stand as a string in JSON. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictDecoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/** Length of the UTF-8 sequence at a position; 1 for a byte that begins none. */
function sequenceLength(buffer: Buffer, position: number): number {
  const lead = buffer[position] as number;
  const length =
    lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 ? 4 : 1;
  if (length === 1 || position + length > buffer.length) return 1;
  return isUtf8(buffer.subarray(position, position + length)) ? length : 1;
}

function shown(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  if (char === '\\') return '\\\\';
  const code = char.codePointAt(0) as number;
  // C0, DEL and C1: a stored value must not be able to steer the terminal of whoever looks at it
  return code < 32 || (code >= 127 && code < 160) ? Array.from(Buffer.from(char, 'utf8'), hex).join('') : char;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
