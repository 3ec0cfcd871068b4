// A dump in a file: written under another name, for its owner alone, and given its own when it is complete and on disk.
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { DumpFault, dumpTarget, type SessionTarget } from '@msession/engine';

/** A target that makes a file, which must not be there yet. */
export function fileTarget(file: string): SessionTarget {
  const draft = `${file}.new`;
  let handle: FileHandle | undefined;
  const close = async () => {
    await handle?.close();
    handle = undefined;
  };
  const lines = dumpTarget({
    write: async (text) => {
      await (handle as FileHandle).write(text);
    },
    abandon: async () => {
      if (handle === undefined) return;
      await close();
      await rm(draft, { force: true });
    },
  });
  return {
    ...lines,
    begin: async (header) => {
      if (existsSync(file)) throw new DumpFault(`${file} is there already; name a file that is not`);
      handle = await open(draft, 'w', 0o600);
      await lines.begin(header);
    },
    finish: async () => {
      await lines.finish();
      await (handle as FileHandle).sync();
      await rename(draft, file);
      await close();
    },
  };
}
