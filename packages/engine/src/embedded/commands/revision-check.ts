import type { ReplySink } from '@msession/protocol';
import { headDouble } from '../session-layout.js';
import type { EngineParts } from './handler.js';

/** Whether IFREV forbids a write (`address` 0: there is no session); STALE is written then. */
export function isStale(engine: EngineParts, address: number, ifRev: number | undefined, sink: ReplySink): boolean {
  const revision = address === 0 ? 0 : engine.sessions.double(address, headDouble.revision);
  if (ifRev === undefined || ifRev === revision) return false;
  sink.error('STALE', 'the data has another revision; nothing was written');
  return true;
}
