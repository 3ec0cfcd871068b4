// Who a connection is and what it may do. The plain password belongs to the user `default`; further users have hashed
// ones. A user carries rights, and whoever checks a command looks at the rights alone. A password that was right once is
// remembered as a keyed hash, so that scrypt does not run for every connection; all comparisons take constant time.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { CommandFlag } from '@msession/protocol';
import { PasswordChecks } from './password-checks.js';
import { AccessFault, type PasswordHash, parsePasswordHash } from './password-hash.js';

/** Rights as bits. */
export const right = { read: 1, write: 2, admin: 4 } as const;
export const allRights = right.read | right.write | right.admin;

export type RightName = keyof typeof right;

export interface User {
  readonly name: string;
  /** Bits of `right`. */
  readonly rights: number;
}

/** A user as configured. */
export interface UserDefinition {
  /** 1 to 64 letters, digits, `_`, `.`, `@` and `-`. */
  readonly name: string;
  /** As `hashPassword` makes it. */
  readonly passwordHash: string;
  /** `write` includes `read`; `admin` includes neither. */
  readonly rights: readonly RightName[];
}

/** Who may use the server. Neither password nor users: everybody, as the user `default`. */
export interface AccessOptions {
  readonly password?: string;
  readonly users?: readonly UserDefinition[];
}

/** The rights that a command with these flags asks for; 0 for commands about the connection itself. */
export function requiredRights(flags: readonly CommandFlag[]): number {
  if (flags.includes('admin')) return right.admin;
  if (flags.includes('write')) return right.write;
  return flags.includes('read') ? right.read : 0;
}

/** The right's name, for messages. */
export function rightName(rights: number): RightName {
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

interface Credential {
  readonly user: User;
  /** Keyed hash of the password: of a plain one from the start, of a hashed one once it was given. */
  digest: Buffer | null;
  readonly hash: PasswordHash | null;
  /** Tells whether a later configuration has the same password. */
  readonly hashText: string;
}

/** `busy`: too many passwords are being checked. */
export type Verdict = User | null | 'busy';

export class Authenticator {
  readonly #key = randomBytes(32);
  readonly #checks = new PasswordChecks();
  #credentials: ReadonlyMap<string, Credential> = new Map();
  /** What an unknown name is checked against, so that it takes as long as a known one; null without hashed users. */
  #decoy: PasswordHash | null = null;

  /** @throws AccessFault for what cannot be used */
  constructor(access: AccessOptions) {
    this.configure(access);
  }

  /** Whether a password is needed at all. */
  get isRequired(): boolean {
    return this.#credentials.size > 0;
  }

  /** What a connection is before it says anything: null where a password is needed first. */
  get initialUser(): User | null {
    return this.isRequired ? null : defaultUser;
  }

  /** Users that there are, by name. */
  get userCount(): number {
    return this.#credentials.size;
  }

  /**
   * Takes other users from now on.
   * @returns who a connection with one of the earlier users is now; null when that user or its password is gone
   * @throws AccessFault for what cannot be used; nothing has changed then
   */
  configure(access: AccessOptions): (user: User) => User | null {
    const before = this.#credentials;
    const credentials = new Map<string, Credential>();
    if (access.password !== undefined)
      credentials.set(defaultUser.name, {
        user: defaultUser,
        digest: this.#digest(Buffer.from(access.password, 'utf8')),
        hash: null,
        hashText: '',
      });
    for (const definition of access.users ?? []) {
      if (credentials.has(definition.name))
        throw new AccessFault(
          definition.name === defaultUser.name
            ? `user 'default' has a password already, the plain one; give one of the two`
            : `user '${definition.name}' is there twice`,
        );
      credentials.set(definition.name, credential(definition, before.get(definition.name)));
    }
    this.#credentials = credentials;
    this.#decoy = [...credentials.values()].find(({ hash }) => hash !== null)?.hash ?? null;
    return (user) => {
      const now = credentials.get(user.name);
      const then = before.get(user.name);
      if (now === undefined) return credentials.size === 0 ? defaultUser : null;
      if (then === undefined || then.hashText !== now.hashText) return null;
      if (now.hash !== null) return now.user;
      return then.digest !== null && now.digest !== null && timingSafeEqual(then.digest, now.digest) ? now.user : null;
    };
  }

  /** The user behind name and password, null, or a promise where the password must be hashed first. */
  verify(userName: string, password: Uint8Array, address: string): Verdict | Promise<Verdict> {
    if (!this.isRequired) return userName === defaultUser.name ? defaultUser : null;
    const digest = this.#digest(password);
    const known = this.#credentials.get(userName);
    // an unknown name costs the comparison, too
    const isRemembered = timingSafeEqual(digest, known?.digest ?? this.#key);
    if (known !== undefined && known.digest !== null && isRemembered) return known.user;
    const hash = known === undefined ? this.#decoy : known.hash;
    if (hash === null) return null;
    const checked = this.#checks.check({
      fingerprint: `${digest.toString('base64')} ${known?.hashText ?? ''} ${userName}`,
      address,
      password: Buffer.from(password),
      hash,
    });
    if (checked === null) return 'busy';
    return checked.then((isRight) => {
      if (!isRight || known === undefined || this.#credentials.get(userName) !== known) return null;
      known.digest = digest;
      return known.user;
    });
  }

  #digest(password: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(password).digest();
  }
}

function credential(definition: UserDefinition, before: Credential | undefined): Credential {
  const { name, passwordHash, rights } = definition;
  if (!/^[A-Za-z0-9_.@-]{1,64}$/.test(name))
    throw new AccessFault('a user name has 1 to 64 letters, digits, _ . @ and -');
  let bits = 0;
  for (const word of rights) {
    if (!Object.hasOwn(right, word))
      throw new AccessFault(`user '${name}' has an unknown right; rights are read, write, admin`);
    bits |= word === 'write' ? right.write | right.read : right[word];
  }
  try {
    const hash = parsePasswordHash(passwordHash);
    const digest = before?.hashText === passwordHash ? before.digest : null;
    return { user: { name, rights: bits }, digest, hash, hashText: passwordHash };
  } catch (error) {
    if (!(error instanceof AccessFault)) throw error;
    throw new AccessFault(`user '${name}': ${error.message}`);
  }
}
