// Random scripts on two engines in lockstep: what one answers, pushes and reports, the other must.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEmbeddedEngine } from './embedded/embedded-engine.js';
import { createModelEngine } from './model/index.js';
import { type MakeEngine, runInLockstep } from './model/lockstep.js';
import { type Subject, scripts } from './model/script.js';

const model: MakeEngine = (clock, limits) => createModelEngine({ clock, limits });
const embedded: MakeEngine = (clock, limits) => createEmbeddedEngine({ clock, limits });

/**
 * Every run tries the same scripts, so that a change is judged by what it changed. To look further:
 * `PROPERTY_RUNS=20000 PROPERTY_SEED=random npx vitest run src/model.property.test.ts`, or the seed of a failure.
 */
const seed = process.env.PROPERTY_SEED ?? '20261122';
const runs = (usual: number) => ({
  numRuns: Number(process.env.PROPERTY_RUNS ?? usual),
  ...(seed === 'random' ? {} : { seed: Number(seed) }),
});

/** The model with one fault, to see that the comparison notices. */
function faulty(breakEngine: (engine: ReturnType<MakeEngine>) => void): MakeEngine {
  return (clock, limits) => {
    const engine = createModelEngine({ clock, limits });
    breakEngine(engine);
    return engine;
  };
}

function sameAsTheModel(engine: MakeEngine, subject: Subject, maxLength: number) {
  return fc.asyncProperty(scripts(subject, maxLength), (script) => runInLockstep(engine, model, script));
}

describe('the comparison', () => {
  test('finds no difference between the model and itself', async () => {
    await fc.assert(sameAsTheModel(model, 'content', 60), runs(100));
    await fc.assert(sameAsTheModel(model, 'locks', 60), runs(100));
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
    const outcome = await fc.check(sameAsTheModel(broken, 'content', 60), { numRuns: 200, endOnFailure: true });
    expect(outcome.failed).toBe(true);
  });

  test('finds an engine that leaves the locks of a closed connection', async () => {
    const broken = faulty((engine) => {
      engine.release = () => 0;
    });
    const outcome = await fc.check(sameAsTheModel(broken, 'locks', 60), { numRuns: 200, endOnFailure: true });
    expect(outcome.failed).toBe(true);
  });
});

describe('the embedded engine', () => {
  for (const subject of ['content', 'locks'] as const) {
    test(`does what the model does, in short scripts about ${subject}`, async () => {
      await fc.assert(sameAsTheModel(embedded, subject, 25), runs(500));
    }, 120_000);

    test(`does what the model does, in long scripts about ${subject}`, async () => {
      await fc.assert(sameAsTheModel(embedded, subject, 150), runs(150));
    }, 120_000);
  }
});
