// Who a connection is and what it may do. There is one password and one user, `default`; a user carries rights, and
// whoever checks a command looks at the rights alone. The password is kept only as a keyed hash and compared in
// constant time.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { CommandFlag } from '@msession/protocol';

/** Rights as bits. */
export const right = { read: 1, write: 2, admin: 4 } as const;
export const allRights = right.read | right.write | right.admin;

export interface User {
  readonly name: string;
  /** Bits of `right`. */
  readonly rights: number;
}

/** The rights that a command with these flags asks for; 0 for commands about the connection itself. */
export function requiredRights(flags: readonly CommandFlag[]): number {
  if (flags.includes('admin')) return right.admin;
  if (flags.includes('write')) return right.write;
  return flags.includes('read') ? right.read : 0;
}

/** The right's name, for messages. */
export function rightName(rights: number): string {
  if ((rights & right.admin) !== 0) return 'admin';
  return (rights & right.write) !== 0 ? 'write' : 'read';
}

export const defaultUser: User = { name: 'default', rights: allRights };

const firstDelayMs = 50;
const longestDelayMs = 1000;

/** How long a connection waits for the answer to its nth wrong password in a row; others are not kept waiting. */
export function failureDelayMs(failures: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 16));
}

export class Authenticator {
  readonly #key = randomBytes(32);
  readonly #expected: Buffer | null;

  constructor(password: string | undefined) {
    this.#expected = password === undefined ? null : this.#hash(Buffer.from(password, 'utf8'));
  }

  /** Whether a password is set at all. */
  get isRequired(): boolean {
    return this.#expected !== null;
  }

  /** What a connection is before it says anything: null where a password is needed first. */
  get initialUser(): User | null {
    return this.isRequired ? null : defaultUser;
  }

  /** The user behind name and password, or null. Takes the same time for every wrong password. */
  verify(userName: string, password: Uint8Array): User | null {
    if (this.#expected === null) return userName === defaultUser.name ? defaultUser : null;
    const isPassword = timingSafeEqual(this.#hash(password), this.#expected);
    return isPassword && userName === defaultUser.name ? defaultUser : null;
  }

  #hash(password: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(password).digest();
  }
}
