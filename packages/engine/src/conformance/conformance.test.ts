// The suite about itself, and run on the model engine.
import { commandList, commands } from '@msession/protocol';
import { afterAll, describe, expect, test } from 'vitest';
import { createModelEngine } from '../model/index.js';
import { conformanceCases, createEngineHarness, ManualClock } from './index.js';

describe('the suite', () => {
  const sections = conformanceCases.map(({ id }) => Number(/^S(\d+)\.[a-z0-9.-]+$/.exec(id)?.[1]));

  test('every id names its section in one form', () => {
    expect(conformanceCases.map(({ id }) => id).filter((_, i) => Number.isNaN(sections[i]))).toEqual([]);
  });

  test('ids are unique', () => {
    const ids = conformanceCases.map(({ id }) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  test('cases stand in the order of the sections, and every section has some', () => {
    expect(sections).toEqual([...sections].sort((left, right) => left - right));
    expect([...new Set(sections)]).toEqual([1, 2, 3, 4, 5, 6, 7, 10, 11]);
  });
});

describe('on the model engine', () => {
  const called = new Set<string>();

  for (const each of conformanceCases) {
    test(`${each.id} ${each.title}`, async () => {
      const harness = await createEngineHarness((clock, limits) => {
        const engine = createModelEngine({ clock, limits });
        const execute = engine.execute.bind(engine);
        engine.execute = (command, ...rest) => {
          called.add(command);
          return execute(command, ...rest);
        };
        return engine;
      });
      try {
        await each.run(harness);
      } finally {
        await harness.dispose();
      }
    });
  }

  afterAll(() => {
    const ofEngines = commandList.filter(({ handledBy }) => handledBy === 'engine').map(({ name }) => name);
    expect(ofEngines.filter((name) => !called.has(name))).toEqual([]);
    expect([...called].filter((name) => !(name in commands))).toEqual([]);
  });
});

describe('the manual clock', () => {
  test('runs timers in the order of their times, each at its own', () => {
    const clock = new ManualClock(1000);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name} at ${clock.wallMs()}`);
    clock.schedule(20, note('late'));
    clock.schedule(10, note('early'));
    clock.schedule(10, note('early too'));
    clock.schedule(5, () => clock.schedule(1, note('nested')));
    clock.schedule(15, note('cancelled')).cancel();
    clock.advance(19);
    expect(seen).toEqual(['nested at 1006', 'early at 1010', 'early too at 1010']);
    expect(clock.nextTimerMs()).toBe(20);
    clock.advance(1);
    expect(seen.at(-1)).toBe('late at 1020');
    expect(clock.monotonicMs()).toBe(20);
  });
});
