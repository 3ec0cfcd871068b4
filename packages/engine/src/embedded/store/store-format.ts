// The version of the store's form, and the steps from older ones to it. A step runs in one transaction with the change
// of the version, so that a crash leaves the old form or the new one.
import { sealJournal } from './journal.js';
import type { StoreEnvironment } from './store-environment.js';
import { StoreFault } from './store-options.js';

export const storeFormat = 3;

/** Brings a store from the version that is its index to the next. Version 0 is that of no release: it had no table of locked families. */
export type Migration = (environment: StoreEnvironment) => void;

const migrations: readonly Migration[] = [
  ({ families, locked }) => {
    for (const { key, value } of families.getRange({}))
      if (value.readUInt16LE(4) > 0) locked.putSync(key, Buffer.of(1));
  },
  // version 2 has a journal, which version 1 would not look at: its table is made by opening it
  () => {},
  // version 3 has checksums in the journal
  sealJournal,
];

/** @throws StoreFault for a version that this program does not know */
export function migrate(
  environment: StoreEnvironment,
  file: string,
  isReadOnly: boolean,
  steps: readonly Migration[] = migrations,
): void {
  const { root, meta } = environment;
  const found = meta.get('format');
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 0)
    throw new StoreFault(`${file} is no session store of msession; give it a directory of its own`);
  if (found > steps.length)
    throw new StoreFault(
      `${file} has the form ${found} of a later version of msession; this one knows ${steps.length}: run that version, restore what its "msession dump" wrote, or begin with an empty directory`,
    );
  if (isReadOnly) return;
  for (let version = found; version < steps.length; version++) {
    root.transactionSync(() => {
      (steps[version] as Migration)(environment);
      meta.putSync('format', version + 1);
    });
  }
}
