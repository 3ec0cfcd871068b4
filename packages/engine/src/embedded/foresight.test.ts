import { Request } from '@msession/protocol';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../conformance/manual-clock.js';
import { connectLocally } from '../local-caller.js';
import { createEmbeddedEngine } from './embedded-engine.js';

describe('foresight', () => {
  test('looks at sessions that are there, gone, overdue or never were, and changes nothing', async () => {
    const clock = new ManualClock();
    const engine = createEmbeddedEngine({ clock });
    await engine.start();
    const caller = connectLocally(engine);
    await caller.call('CREATE', 'empty', 'TIMEOUT', '10');
    await caller.call('CREATE', 'full', 'TIMEOUT', '10');
    await caller.call('SETVAL', 'full', 'name', 'value');
    await caller.call('CREATE', 'full/sub', 'TIMEOUT', '5');
    await caller.call('CREATE', 'gone');
    await caller.call('DROP', 'gone');
    clock.advance(6_000);
    const before = engine.statistics();
    const words = [
      ['GETVAL', 'empty', 'name'],
      ['GETVAL', 'full', 'name'],
      ['SETVAL', 'full/sub', 'name', 'v'],
      ['GETVAL', 'gone', 'name'],
      ['GETVAL', 'x'.repeat(300), 'name'],
      ['PING'],
      ['SETVAL', '', 'name', 'v'],
    ];
    const requests = Array.from({ length: 20 }, (_, i) => Request.of(words[i % words.length] ?? []));
    engine.foresee?.(requests, requests.length);
    expect(engine.statistics()).toEqual(before);
    // neither has it counted as an access
    expect(await caller.call('CTL', 'full', 'TLA')).toBe(6);
    await engine.close();
  });
});
