import { describe, expect, test } from 'vitest';
import { isRedisAddress, parseRedisAddress, withoutPassword } from './redis-address.js';

test.each([
  [
    'redis://localhost',
    { topology: 'single', isEncrypted: false, hosts: [{ host: 'localhost', port: 6379 }], database: 0 },
  ],
  [
    'rediss://web:p%40ss@10.0.0.5:6380/3?prefix=shop:',
    {
      topology: 'single',
      isEncrypted: true,
      hosts: [{ host: '10.0.0.5', port: 6380 }],
      username: 'web',
      password: 'p@ss',
      database: 3,
      prefix: 'shop:',
    },
  ],
  [
    // what stands before the last @ is the password's, written so or not
    'redis://:a@b:c@[::1]:6379',
    { topology: 'single', isEncrypted: false, hosts: [{ host: '::1', port: 6379 }], password: 'a@b:c', database: 0 },
  ],
  [
    'redis+sentinel://:secret@s1,s2:26380/mymaster/2',
    {
      topology: 'sentinel',
      isEncrypted: false,
      hosts: [
        { host: 's1', port: 26_379 },
        { host: 's2', port: 26_380 },
      ],
      password: 'secret',
      masterName: 'mymaster',
      database: 2,
    },
  ],
  [
    'rediss+cluster://n1:7000,n2:7001,[fe80::2]:7002/?prefix=a-b_c.d:',
    {
      topology: 'cluster',
      isEncrypted: true,
      hosts: [
        { host: 'n1', port: 7000 },
        { host: 'n2', port: 7001 },
        { host: 'fe80::2', port: 7002 },
      ],
      database: 0,
      prefix: 'a-b_c.d:',
    },
  ],
])('%s', (text, address) => {
  expect(isRedisAddress(text)).toBe(true);
  expect(parseRedisAddress(text)).toEqual(address);
});

describe('an address that cannot be used says why, and never shows its password', () => {
  test.each([
    ['redis://', 'a host is a name'],
    ['redis://user:secret@', 'a host is a name'],
    ['redis://user:secret@host:port', 'a host is a name'],
    ['redis://host:0', 'a port is a number from 1 to 65535'],
    ['redis://host:70000', 'a port is a number from 1 to 65535'],
    ['redis://::1:6379', 'IPv6 address in brackets'],
    ['redis://secret@host', 'user:password'],
    ['redis://user:@host', 'is empty'],
    ['redis://user:secret%zz@host', 'written %25'],
    ['redis://user:sec/ret@host', 'written %2F'],
    ['redis://user:sec?ret@host', 'written %3F'],
    ['redis://h1,h2', 'redis+cluster://'],
    ['redis://host/db', 'a database is a number'],
    ['redis://host/1/2', 'nothing more'],
    ['redis+sentinel://h1', 'name of the master'],
    ['redis+sentinel://h1/', 'name of the master'],
    ['redis+cluster://h1/1', 'database 0 only'],
    ['redis://host?timeout=1', 'prefix=text'],
    ['redis://host?prefix=', 'a prefix is 1 to 64'],
    ['redis://host?prefix={shop}', 'a prefix is 1 to 64'],
    ['http://host', 'redis+cluster://'],
  ])('%s', (text, reason) => {
    const parse = () => parseRedisAddress(text);
    expect(parse).toThrow(reason);
    try {
      parse();
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
  });
});

test.each([
  ['redis://host:6379/1', 'redis://host:6379/1'],
  ['redis://user:secret@host', 'redis://***@host'],
  ['rediss+cluster://:se@cr/et@h1,h2?prefix=p', 'rediss+cluster://***@h1,h2?prefix=p'],
  ['redis:/user:secret@host', 'redis:/***@host'],
  ['redis//user:secret@host', 'redis//***@host'],
  ['rediz://user:secret\n@host', 'rediz://***@host'],
  ['embedded', 'embedded'],
])('%s is shown as %s', (text, shown) => {
  expect(withoutPassword(text)).toBe(shown);
});
