// What engines of other packages are built on, so that every engine computes, matches and tells alike.
export { add, multiplyDivide, type Operand, readOperand } from '../embedded/arithmetic.js';
export { EventHub } from '../embedded/event-hub.js';
export { matchesGlob } from '../embedded/glob.js';
export { grouped, ungroup } from '../embedded/groups.js';
export { type LockOutcome, lockPush, lockReply, noSession, refusedLocked } from '../embedded/lock-outcome.js';
export { randomAlphabet, randomText } from '../embedded/random-text.js';
