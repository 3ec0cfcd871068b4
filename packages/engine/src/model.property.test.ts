// Random scripts on two engines in lockstep: what one answers, pushes and reports, the other must.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEmbeddedEngine } from './embedded/embedded-engine.js';
import { createModelEngine } from './model/index.js';
import { type MakeEngine, runInLockstep } from './model/lockstep.js';
import { scripts } from './model/script.js';

const model: MakeEngine = (clock, limits) => createModelEngine({ clock, limits });
const embedded: MakeEngine = (clock, limits) => createEmbeddedEngine({ clock, limits });

/** More runs, or the seed of a failure: `PROPERTY_RUNS=20000 PROPERTY_SEED=1 npx vitest run src/model.property.test.ts`. */
const seed = process.env.PROPERTY_SEED;
const runs = (usual: number) => ({
  numRuns: Number(process.env.PROPERTY_RUNS ?? usual),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});

/** The model with one fault, to see that the comparison notices. */
function faulty(breakEngine: (engine: ReturnType<MakeEngine>) => void): MakeEngine {
  return (clock, limits) => {
    const engine = createModelEngine({ clock, limits });
    breakEngine(engine);
    return engine;
  };
}

describe('the comparison', () => {
  test('finds no difference between the model and itself', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(60), (script) => runInLockstep(model, model, script)),
      runs(200),
    );
  });

  test('finds an engine whose DELVAL forgets to remove', async () => {
    const broken = faulty((engine) => {
      const execute = engine.execute.bind(engine);
      engine.execute = (command, ...rest) => {
        if (command !== 'DELVAL') return execute(command, ...rest);
        rest[1].integer(1);
        return undefined;
      };
    });
    const property = fc.asyncProperty(scripts(60), (script) => runInLockstep(broken, model, script));
    expect((await fc.check(property, { numRuns: 200, endOnFailure: true })).failed).toBe(true);
  });

  test('finds an engine that leaves the locks of a closed connection', async () => {
    const broken = faulty((engine) => {
      engine.release = () => 0;
    });
    const property = fc.asyncProperty(scripts(60), (script) => runInLockstep(broken, model, script));
    expect((await fc.check(property, { numRuns: 200, endOnFailure: true })).failed).toBe(true);
  });
});

describe('the embedded engine', () => {
  test('does what the model does, in short scripts', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(25), (script) => runInLockstep(embedded, model, script)),
      runs(700),
    );
  }, 120_000);

  test('does what the model does, in long scripts', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(150), (script) => runInLockstep(embedded, model, script)),
      runs(300),
    );
  }, 120_000);
});
