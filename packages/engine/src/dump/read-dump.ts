// Reads a dump as a source of sessions: a portion of lines at a time, whatever the chunks that it comes in.
import { isUtf8 } from 'node:buffer';
import { DumpFault } from './dump-fault.js';
import { parseLine, readEnd, readFamily, readHeader } from './read-line.js';
import type { SessionSource, StreamedFamily, StreamHeader } from './session-stream.js';

const portionBytes = 1024 * 1024;
/** A line that is longer cannot be text in this process. */
const mostLineBytes = 512 * 1024 * 1024 - 1024;

export interface ReadDumpOptions {
  /** Takes a dump that ends before its last line for what there is of it. */
  readonly mayBeCut?: boolean;
}

/**
 * Begins to read a dump; the header has been read when this resolves.
 *
 * @throws DumpFault, here and while it is read, that names the line and the field
 */
export async function readDump(
  input: AsyncIterable<Uint8Array>,
  { mayBeCut = false }: ReadDumpOptions = {},
): Promise<SessionSource> {
  const lines = linesOf(input);
  const first = await lines.next();
  if (first.done === true) throw new DumpFault('the dump is empty');
  const header = readHeader(first.value.text);
  return {
    header,
    expected: undefined,
    families: () => familiesOf(lines, header, mayBeCut),
    close: async () => {
      await lines.return(undefined);
    },
  };
}

interface Line {
  readonly number: number;
  readonly text: string;
  /** Whether a line feed stood behind it. */
  readonly isWhole: boolean;
}

async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Line, undefined> {
  let number = 1;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const line = (isWhole: boolean): Line => {
    const bytes = Buffer.concat(pending);
    if (!isUtf8(bytes)) throw new DumpFault(`line ${number}: it is not UTF-8; the dump is cut off there, or damaged`);
    pending = [];
    pendingBytes = 0;
    return { number: number++, text: bytes.toString(), isWhole };
  };
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      pending.push(chunk.subarray(start, end));
      start = end + 1;
      yield line(true);
    }
    if (start === chunk.length) continue;
    // the chunk is its owner's
    pending.push(Buffer.from(chunk.subarray(start)));
    pendingBytes += chunk.length - start;
    if (pendingBytes > mostLineBytes) throw new DumpFault(`line ${number}: it has more than ${mostLineBytes} bytes`);
  }
  if (pending.length > 0) yield line(false);
  return undefined;
}

async function* familiesOf(
  lines: AsyncGenerator<Line, undefined>,
  header: StreamHeader,
  mayBeCut: boolean,
): AsyncGenerator<readonly StreamedFamily[]> {
  let portion: StreamedFamily[] = [];
  let bytes = 0;
  let count = 0;
  let hasEnded = false;
  for (;;) {
    const next = await lines.next();
    if (next.done === true) break;
    const { number, text, isWhole } = next.value;
    if (hasEnded) {
      if (text.trim() === '') continue;
      throw new DumpFault(`line ${number}: nothing may stand behind the last line of a dump`);
    }
    // the line at which it was cut off
    if (mayBeCut && !isWhole) break;
    const value = parseLine(number, text);
    const expected = readEnd(number, value);
    if (expected !== undefined) {
      if (expected !== count)
        throw new DumpFault(
          `line ${number}: field lines is ${expected}, but ${count} lines stand before it; some are missing`,
        );
      hasEnded = true;
      continue;
    }
    portion.push(readFamily(number, value, header));
    bytes += text.length;
    count++;
    if (bytes < portionBytes) continue;
    yield portion;
    portion = [];
    bytes = 0;
  }
  if (!hasEnded && !mayBeCut)
    throw new DumpFault(`the dump is cut off behind line ${count + 1}: its last line, with field end, is missing`);
  if (portion.length > 0) yield portion;
}
