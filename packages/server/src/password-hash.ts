// Passwords as a configuration may keep them: `$scrypt$ln=15,r=8,p=1$SALT$HASH`, the salt and the 32 bytes that scrypt
// makes of it and the password in base64 without padding. ln is the base 2 logarithm of scrypt's cost N; memory for one
// check is 128 * N * r bytes.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** A user, right, password hash or address of an access configuration that cannot be used; never shows a secret. */
export class AccessFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AccessFault';
  }
}

export interface PasswordHash {
  readonly costLog2: number;
  readonly blockSize: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Cost of new hashes: 32 MiB and some 80 ms for a check. */
export const defaultCostLog2 = 15;
export const leastCostLog2 = 10;
export const mostCostLog2 = 20;

const hashBytes = 32;
const saltBytes = 16;
const form = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43})$/;

/**
 * Reads a password hash.
 * @throws AccessFault when it is none, or asks for more than `mostCostLog2`
 */
export function parsePasswordHash(text: string): PasswordHash {
  const [, ln, r, p, salt = '', hash = ''] = form.exec(text) ?? [];
  const costLog2 = Number(ln);
  const blockSize = Number(r);
  const parallelism = Number(p);
  const isUsable =
    costLog2 >= leastCostLog2 &&
    costLog2 <= mostCostLog2 &&
    blockSize >= 1 &&
    blockSize <= 32 &&
    parallelism >= 1 &&
    parallelism <= 16;
  if (!isUsable)
    throw new AccessFault(
      `a password hash looks like $scrypt$ln=15,r=8,p=1$SALT$HASH with ln ${leastCostLog2} to ${mostCostLog2}, r 1 to 32 and p 1 to 16; 'msession hash-password' makes one`,
    );
  return {
    costLog2,
    blockSize,
    parallelism,
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

/** The hash of a password as text for a configuration. Takes memory and time as `costLog2` says, off the main thread. */
export async function hashPassword(password: string | Uint8Array, costLog2: number = defaultCostLog2): Promise<string> {
  const parameters = { costLog2, blockSize: 8, parallelism: 1, salt: randomBytes(saltBytes) };
  const hash = await derive(typeof password === 'string' ? Buffer.from(password, 'utf8') : password, parameters);
  const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$scrypt$ln=${costLog2},r=8,p=1$${base64(parameters.salt)}$${base64(hash)}`;
}

/** Whether the password is the one that was hashed. */
export async function matchesHash(password: Uint8Array, expected: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, expected), expected.hash);
}

function derive(password: Uint8Array, parameters: Omit<PasswordHash, 'hash'>): Promise<Buffer> {
  const N = 2 ** parameters.costLog2;
  const { blockSize: r, parallelism: p } = parameters;
  const options: ScryptOptions = { N, r, p, maxmem: 128 * r * (N + p + 2) + 1024 };
  return new Promise((resolve, reject) => {
    scrypt(password, parameters.salt, hashBytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
