// The built-in session `globals`: made at start and whenever it is missing, in no index and under no deadline.
import { globalsId } from '@msession/protocol';
import type { ScriptRunner } from './connection/script-runner.js';
import { placeOf } from './layout/place.js';
import { counterPart } from './scripts/parts/counter.js';
import { composeScript } from './scripts/script.js';

const script = composeScript('globals', {
  scope: 'bucket',
  parts: [counterPart],
  body: `
    local moving
    if redis.call('HEXISTS', F, 's') == 0 then
      redis.call('HSET', F, 's', digits(next_key()), 't', '0', 'a', now)
    end
    return 1`,
  isOfMove: true,
});

export async function ensureGlobals(scripts: ScriptRunner): Promise<void> {
  await scripts.send(scripts.beginAt(script, placeOf(Buffer.from(globalsId)), 0));
}
