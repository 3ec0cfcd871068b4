import { expect, test } from 'vitest';
import { Authenticator, defaultUser, failureDelayMs, requiredRights, right } from './authentication.js';

test('without a password everybody is the default user; with one nobody is at first', () => {
  expect(new Authenticator(undefined).initialUser).toBe(defaultUser);
  expect(new Authenticator('x').initialUser).toBeNull();
});

test('only the very password of the default user is taken', () => {
  const authenticator = new Authenticator('pässword');
  expect(authenticator.verify('default', Buffer.from('pässword'))).toBe(defaultUser);
  for (const wrong of ['', 'password', 'pässword ', 'PÄSSWORD']) {
    expect(authenticator.verify('default', Buffer.from(wrong))).toBeNull();
  }
  expect(authenticator.verify('admin', Buffer.from('pässword'))).toBeNull();
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
