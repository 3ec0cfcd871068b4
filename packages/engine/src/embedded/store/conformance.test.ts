// The conformance suite on the embedded engine with a store: sessions in memory, and with a hot set so small that every
// command finds the session on disk.
import { ReplyCollector, Request } from '@msession/protocol';
import { describe, test } from 'vitest';
import { conformanceCases, createEngineHarness } from '../../conformance/index.js';
import type { Clock, Engine, EngineLimits } from '../../engine.js';
import { createEmbeddedEngine } from '../embedded-engine.js';
import type { StoreOptions } from './store-options.js';
import { settling, testCaller, testDirectory } from './test-stores.js';

/** Everything on disk, and out of memory what may go. */
async function onDisk(engine: Engine, sync: Engine['execute']): Promise<void> {
  for (let i = 0; i < 2; i++) await sync('SERIALIZE', Request.of(['SERIALIZE']), new ReplyCollector(3), testCaller());
  void engine;
}

const variants: readonly {
  readonly name: string;
  readonly store: Omit<StoreOptions, 'directory'>;
  readonly make: (engine: Engine) => Engine;
}[] = [
  { name: 'interval', store: { durability: 'interval' }, make: (engine) => engine },
  {
    name: 'always, replies behind their commit',
    store: { durability: 'always' },
    make: (engine) => settling(engine, async () => engine.barrier()),
  },
  {
    name: 'a hot set of one session',
    store: { durability: 'interval', hotMemoryBytes: 1 },
    make: (engine) => {
      const sync = engine.execute.bind(engine);
      return settling(engine, () => onDisk(engine, sync));
    },
  },
  {
    name: 'no durability and a hot set of one session',
    store: { durability: 'none', hotMemoryBytes: 1 },
    make: (engine) => settling(engine, () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))),
  },
];

for (const { name, store, make } of variants) {
  describe(`with a store: ${name}`, () => {
    for (const each of conformanceCases) {
      test(`${each.id} ${each.title}`, async () => {
        const directory = testDirectory();
        const harness = await createEngineHarness((clock: Clock, limits: Partial<EngineLimits>) =>
          make(createEmbeddedEngine({ clock, limits, store: { ...store, directory: directory.path } })),
        );
        try {
          await each.run(harness);
        } finally {
          await harness.dispose();
          directory.remove();
        }
      });
    }
  });
}
