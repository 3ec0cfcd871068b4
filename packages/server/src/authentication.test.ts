import { expect, test } from 'vitest';
import { Authenticator, defaultUser, failureDelayMs, requiredRights, right } from './authentication.js';
import { AccessFault, hashPassword, matchesHash, parsePasswordHash } from './password-hash.js';

const cheap = 10;
const from = '127.0.0.1';

test('without a password everybody is the default user; with one nobody is at first', () => {
  expect(new Authenticator({}).initialUser).toBe(defaultUser);
  expect(new Authenticator({ password: 'x' }).initialUser).toBeNull();
});

test('only the very password of the default user is taken', () => {
  const authenticator = new Authenticator({ password: 'pässword' });
  expect(authenticator.verify('default', Buffer.from('pässword'), from)).toBe(defaultUser);
  for (const wrong of ['', 'password', 'pässword ', 'PÄSSWORD']) {
    expect(authenticator.verify('default', Buffer.from(wrong), from)).toBeNull();
  }
  expect(authenticator.verify('admin', Buffer.from('pässword'), from)).toBeNull();
});

test('the delay of wrong passwords grows and ends at a second', () => {
  const delays = Array.from({ length: 12 }, (_, failures) => failureDelayMs(failures));
  expect(delays.every((delay, i) => i === 0 || delay >= (delays[i - 1] ?? 0))).toBe(true);
  expect(delays[0]).toBeLessThan(100);
  expect(delays.at(-1)).toBe(1000);
});

test('a command needs the strongest right among its flags', () => {
  expect(requiredRights(['read', 'idempotent'])).toBe(right.read);
  expect(requiredRights(['write', 'blocking'])).toBe(right.write);
  expect(requiredRights(['admin'])).toBe(right.admin);
  expect(requiredRights(['connection'])).toBe(0);
});

test('a hash takes its own password and no other, and is another each time', async () => {
  const [one, two] = [await hashPassword('correct horse', cheap), await hashPassword('correct horse', cheap)];
  expect(one).not.toBe(two);
  expect(one).toMatch(/^\$scrypt\$ln=10,r=8,p=1\$/);
  for (const text of [one, two]) {
    expect(await matchesHash(Buffer.from('correct horse'), parsePasswordHash(text))).toBe(true);
    expect(await matchesHash(Buffer.from('correct horsE'), parsePasswordHash(text))).toBe(false);
  }
});

test("a hash made by others is read: RFC 7914's third vector, cut to 32 bytes", async () => {
  // scrypt("pleaseletmein", "SodiumChloride", N = 16384, r = 8, p = 1)
  const expected = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex');
  const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  const text = `$scrypt$ln=14,r=8,p=1$${base64(Buffer.from('SodiumChloride'))}$${base64(expected)}`;
  expect(await matchesHash(Buffer.from('pleaseletmein'), parsePasswordHash(text))).toBe(true);
});

test('what is no hash, costs too much, names no user or no right is refused without showing it', async () => {
  const hash = await hashPassword('x', cheap);
  const refused: [string, () => unknown][] = [
    ['plain text', () => parsePasswordHash('sekret')],
    ['too dear', () => parsePasswordHash(hash.replace('ln=10', 'ln=30'))],
    ['cut off', () => parsePasswordHash(hash.slice(0, -1))],
    ['a name', () => new Authenticator({ users: [{ name: 'a b', passwordHash: hash, rights: [] }] })],
    ['a hash', () => new Authenticator({ users: [{ name: 'ada', passwordHash: 'sekret', rights: [] }] })],
    ['a right', () => new Authenticator({ users: [{ name: 'ada', passwordHash: hash, rights: ['root' as 'admin'] }] })],
    [
      'a user twice',
      () => new Authenticator({ password: 'x', users: [{ name: 'default', passwordHash: hash, rights: [] }] }),
    ],
  ];
  for (const [what, make] of refused) {
    expect(make, what).toThrow(AccessFault);
    expect(make, what).not.toThrow(/sekret/);
  }
});

test('a right password is hashed once and remembered; the next time needs no hashing', async () => {
  const authenticator = new Authenticator({
    users: [{ name: 'ada', passwordHash: await hashPassword('horse', cheap), rights: ['write'] }],
  });
  const first = authenticator.verify('ada', Buffer.from('horse'), from);
  expect(first).toBeInstanceOf(Promise);
  expect(await first).toEqual({ name: 'ada', rights: right.read | right.write });
  expect(authenticator.verify('ada', Buffer.from('horse'), from)).toEqual({
    name: 'ada',
    rights: right.read | right.write,
  });
  expect(await authenticator.verify('ada', Buffer.from('horsE'), from)).toBeNull();
});

test('an unknown user is checked like a known one', async () => {
  const authenticator = new Authenticator({
    users: [{ name: 'ada', passwordHash: await hashPassword('horse', cheap), rights: ['read'] }],
  });
  const verdict = authenticator.verify('eve', Buffer.from('horse'), from);
  expect(verdict).toBeInstanceOf(Promise);
  expect(await verdict).toBeNull();
});

test('a flood of guesses is refused beyond a few of an address, and a shared right one is checked once', async () => {
  const authenticator = new Authenticator({
    users: [{ name: 'ada', passwordHash: await hashPassword('horse', cheap), rights: ['read'] }],
  });
  const verdicts = Array.from({ length: 20 }, (_, i) =>
    authenticator.verify('ada', Buffer.from(`guess ${i}`), '10.0.0.1'),
  );
  expect(verdicts.filter((verdict) => verdict === 'busy')).toHaveLength(12);
  const honest = Array.from({ length: 20 }, () => authenticator.verify('ada', Buffer.from('horse'), '10.0.0.2'));
  expect(await Promise.all(honest)).toEqual(Array.from({ length: 20 }, () => ({ name: 'ada', rights: right.read })));
  expect(await Promise.all(verdicts.slice(0, 8))).toEqual(Array.from({ length: 8 }, () => null));
});

test('after a change of users those who are gone or have another password are nobody, others keep their place', async () => {
  const [hash, other] = [await hashPassword('a', cheap), await hashPassword('b', cheap)];
  const authenticator = new Authenticator({
    users: [
      { name: 'kept', passwordHash: hash, rights: ['read'] },
      { name: 'changed', passwordHash: hash, rights: ['read'] },
      { name: 'gone', passwordHash: hash, rights: ['read'] },
    ],
  });
  const user = (name: string) => ({ name, rights: right.read });
  await authenticator.verify('kept', Buffer.from('a'), from);
  const replace = authenticator.configure({
    users: [
      { name: 'kept', passwordHash: hash, rights: ['admin'] },
      { name: 'changed', passwordHash: other, rights: ['read'] },
    ],
  });
  expect(replace(user('kept'))).toEqual({ name: 'kept', rights: right.admin });
  expect(replace(user('changed'))).toBeNull();
  expect(replace(user('gone'))).toBeNull();
  expect(authenticator.verify('kept', Buffer.from('a'), from)).toEqual({ name: 'kept', rights: right.admin });
  expect(await authenticator.verify('changed', Buffer.from('a'), from)).toBeNull();
});
