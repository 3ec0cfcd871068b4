// The suite: every case, in the order of the sections of the semantics.

import { accessCases } from './cases/access.js';
import { arithmeticCases } from './cases/arithmetic.js';
import { asyncLockCases } from './cases/async-locks.js';
import { atomicityCases } from './cases/atomicity.js';
import { bindingCases } from './cases/bindings.js';
import { connectionCases } from './cases/connections.js';
import { eventCases } from './cases/events.js';
import { expiryCases } from './cases/expiry.js';
import { globalsCases } from './cases/globals.js';
import { idCases } from './cases/ids.js';
import { leaseCases } from './cases/leases.js';
import { lockKeyCases } from './cases/lock-keys.js';
import { lockCases } from './cases/locks.js';
import { missingSessionCases } from './cases/missing-sessions.js';
import { renamingCases } from './cases/renaming.js';
import { replyCases } from './cases/replies.js';
import { reservationCases } from './cases/reservations.js';
import { revisionCases } from './cases/revisions.js';
import { searchCases } from './cases/search.js';
import { timeoutCases } from './cases/timeouts.js';
import { variableCases } from './cases/variables.js';
import { waitingCases } from './cases/waiting.js';
import type { ConformanceCase } from './harness.js';

/** Every case of the suite; ids are stable and unique, and name the section of docs/semantics.md that they test. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...idCases,
  ...globalsCases,
  ...renamingCases,
  ...missingSessionCases,
  ...replyCases,
  ...variableCases,
  ...arithmeticCases,
  ...timeoutCases,
  ...accessCases,
  ...expiryCases,
  ...lockCases,
  ...lockKeyCases,
  ...waitingCases,
  ...leaseCases,
  ...bindingCases,
  ...reservationCases,
  ...asyncLockCases,
  ...revisionCases,
  ...atomicityCases,
  ...searchCases,
  ...connectionCases,
  ...eventCases,
];
