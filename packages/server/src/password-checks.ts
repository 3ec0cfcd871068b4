// The queue before scrypt: one check at a time, so that a flood of passwords costs one thread and not the machine. The
// same password asked for twice is checked once, and nobody's address may hold more than a few places.
import { matchesHash, type PasswordHash } from './password-hash.js';

export interface PasswordCheck {
  /** Equal for equal users and passwords, and nothing to be guessed from. */
  readonly fingerprint: string;
  readonly address: string;
  /** Kept until it was checked. */
  readonly password: Buffer;
  readonly hash: PasswordHash;
}

const maxWaiting = 64;
const maxWaitingOfAnAddress = 8;

export class PasswordChecks {
  readonly #underWay = new Map<string, Promise<boolean>>();
  readonly #byAddress = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  /** Whether the password is right; null when too many wait already. */
  check(check: PasswordCheck): Promise<boolean> | null {
    const known = this.#underWay.get(check.fingerprint);
    if (known !== undefined) return known;
    const ofAddress = this.#byAddress.get(check.address) ?? 0;
    if (this.#underWay.size >= maxWaiting || ofAddress >= maxWaitingOfAnAddress) return null;
    this.#byAddress.set(check.address, ofAddress + 1);
    const result = this.#last.then(() => matchesHash(check.password, check.hash));
    this.#underWay.set(check.fingerprint, result);
    const done = () => {
      this.#underWay.delete(check.fingerprint);
      check.password.fill(0);
      const left = (this.#byAddress.get(check.address) ?? 1) - 1;
      if (left === 0) this.#byAddress.delete(check.address);
      else this.#byAddress.set(check.address, left);
    };
    this.#last = result.then(done, done);
    return result;
  }
}
