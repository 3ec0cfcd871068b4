// Sub-sessions whose own time is over but which the sweeper has not come to yet: before they are counted, moved or
// destroyed with their parent, they end as what they are, expired.
import type { Sessions } from '../sessions.js';

/** Ends the overdue sub-sessions of a session that lives. */
export function endOverdueSubs(sessions: Sessions, address: number): void {
  for (const sub of sessions.subSessions(address)) sessions.isLive(sub);
}
