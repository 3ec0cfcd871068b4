// Writes a dump: a target whose lines go wherever `write` takes them, a few hundred kilobytes at a time.
import { DumpFault } from './dump-fault.js';
import { endLine, familyLine, headerLine } from './dump-form.js';
import type { SessionTarget } from './session-stream.js';

export interface DumpTargetOptions {
  /** Takes some lines, each with its line feed; the next ones come when it has resolved. */
  readonly write: (lines: string) => Promise<void>;
  /** Takes back what was written, where that can be. */
  readonly abandon?: () => Promise<void>;
}

const portionCharacters = 256 * 1024;

/** A target that writes a dump, as docs/dump-format.md has it. */
export function dumpTarget({ write, abandon }: DumpTargetOptions): SessionTarget {
  let lines = 0;
  return {
    begin: (header) => write(`${JSON.stringify(headerLine(header))}\n`),
    put: async (families) => {
      let text = '';
      for (const family of families) {
        text += `${lineOf(() => JSON.stringify(familyLine(family)))}\n`;
        lines++;
        if (text.length < portionCharacters) continue;
        await write(text);
        text = '';
      }
      if (text !== '') await write(text);
    },
    finish: () => write(`${JSON.stringify(endLine(lines))}\n`),
    abandon: async () => abandon?.(),
  };
}

/** @throws DumpFault where a line would be longer than text can be */
function lineOf(make: () => string): string {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DumpFault('a session is too large for a line of a dump; take a backup instead');
  }
}
