// The locks of a session together with those of its sub-sessions: a parent lives as long as a sub-session of it is locked,
// even one that is only reserved, of which there is no session yet and thus no flag to find its lock by.
import type { Lock } from './lock.js';
import { sessionFlag } from './session-layout.js';
import { type Sessions, slashIn } from './sessions.js';

export class FamilyLocks {
  readonly #sessions: Sessions;
  readonly #locks: ReadonlyMap<string, Lock>;
  /** Locks of sub-sessions of which there is no session yet. */
  readonly #reservedSubs = new Set<Lock>();

  /** `locks`: the lock table's, by id. */
  constructor(sessions: Sessions, locks: ReadonlyMap<string, Lock>) {
    this.#sessions = sessions;
    this.#locks = locks;
  }

  /** Locks of a family that have a key, reserved sub-sessions' among them. */
  of(parent: number): Lock[] {
    if (this.#locks.size === 0) return [];
    const found: Lock[] = [];
    for (const address of [parent, ...this.#sessions.subSessions(parent)]) {
      const lock = this.#flaggedLock(address);
      if (lock !== undefined) found.push(lock);
    }
    if (this.#reservedSubs.size > 0) found.push(...this.reservedIn(this.#sessions.idTextOf(parent)));
    return found;
  }

  /** Locks of the sub-sessions that are reserved in a session. */
  reservedIn(parentText: string): Lock[] {
    if (this.#reservedSubs.size === 0) return [];
    const prefix = `${parentText}/`;
    return [...this.#reservedSubs].filter((lock) => lock.idText.startsWith(prefix));
  }

  /** A lock was granted: its parent does not expire under it. */
  onGranted(lock: Lock): void {
    if (!lock.idText.includes('/')) return;
    const parent = this.standingParentOf(lock);
    if (parent > 0) this.#sessions.setFlag(parent, sessionFlag.subLocked, true);
    if (this.standingAddressOf(lock) === 0) this.#reservedSubs.add(lock);
  }

  /** A lock came back from where it was kept; its session, if there is one, stands at `address`. */
  onRestored(lock: Lock, address: number): void {
    const at = lock.idText.indexOf('/');
    if (address !== 0) {
      this.#sessions.setFlag(address, sessionFlag.locked, true);
      if (at >= 0) this.#sessions.setFlag(this.#sessions.familyOf(address), sessionFlag.subLocked, true);
    } else if (at >= 0) {
      this.#reservedSubs.add(lock);
      const parent = this.#sessions.standing(lock.id, 0, at);
      if (parent !== 0) this.#sessions.setFlag(parent, sessionFlag.subLocked, true);
    }
  }

  /** There is a session under the lock's id now, or the lock is gone. */
  onReservationOver(lock: Lock): void {
    this.#reservedSubs.delete(lock);
  }

  /** Whether a lock on a session, or on one of its sub-sessions, keeps it from expiring. */
  isKept(address: number): boolean {
    const nowMs = this.#sessions.nowMs();
    const idText = this.#sessions.idTextOf(address);
    if (this.#locks.get(idText)?.isHeldAt(nowMs) === true) return true;
    if (!this.#sessions.hasFlag(address, sessionFlag.subLocked)) return false;
    for (const sub of this.#sessions.subSessions(address))
      if (this.#flaggedLock(sub)?.isHeldAt(nowMs) === true) return true;
    for (const lock of this.#reservedSubs)
      if (lock.idText.startsWith(`${idText}/`) && lock.isHeldAt(nowMs)) return true;
    this.#sessions.setFlag(address, sessionFlag.subLocked, false);
    return false;
  }

  /** An access through a lock: renews its session, or the parent of a reserved sub-session. */
  touch(lock: Lock, address: number): void {
    if (address !== 0) {
      this.#sessions.touch(address);
    } else if (lock.idText.includes('/')) {
      const id = lock.id;
      const parent = this.#sessions.parentOf(id, 0, id.length);
      if (parent > 0) this.#sessions.touch(parent);
    }
  }

  /** The address of a lock's session without ending one that is overdue: a lock handed on keeps it alive. */
  standingAddressOf(lock: Lock): number {
    const id = lock.id;
    return this.#sessions.standing(id, 0, id.length);
  }

  /** The parent's address, likewise; -1 for a lock that is no sub-session's. */
  standingParentOf(lock: Lock): number {
    const id = lock.id;
    const at = slashIn(id, 0, id.length);
    return at < 0 ? -1 : this.#sessions.standing(id, 0, at);
  }

  #flaggedLock(address: number): Lock | undefined {
    return this.#sessions.hasFlag(address, sessionFlag.locked)
      ? this.#locks.get(this.#sessions.idTextOf(address))
      : undefined;
  }
}
