import { expect, test } from 'vitest';
import { AddressFilter } from './address-filter.js';
import { AccessFault } from './password-hash.js';

test('no entries allow everybody', () => {
  expect(new AddressFilter([]).allows('203.0.113.9')).toBe(true);
});

test('addresses and networks of both families allow what lies in them, and Unix sockets always', () => {
  const filter = new AddressFilter(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']);
  for (const inside of ['10.255.0.1', '192.0.2.7', '::ffff:10.1.2.3', '2001:db8:1::9', '::1', undefined])
    expect([inside, filter.allows(inside)]).toEqual([inside, true]);
  for (const outside of ['11.0.0.1', '192.0.2.8', '::ffff:11.0.0.1', '2001:db9::1', '::2', '127.0.0.1'])
    expect([outside, filter.allows(outside)]).toEqual([outside, false]);
});

test.each(['', '10.0.0', '10.0.0.0/33', '::1/129', '10.0.0.0/8/9', '10.0.0.0/x', 'localhost', '10.0.0.0/'])(
  "'%s' is refused",
  (entry) => {
    expect(() => new AddressFilter([entry])).toThrow(AccessFault);
  },
);
