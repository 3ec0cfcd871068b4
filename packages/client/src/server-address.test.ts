import { describe, expect, test } from 'vitest';
import { ArgumentError } from './errors.js';
import { parseServerAddress } from './server-address.js';

describe('server addresses', () => {
  test.each([
    ['msession://127.0.0.1:9000', { host: '127.0.0.1', port: 9000 }],
    ['msession://sessions.lan', { host: 'sessions.lan', port: 8086 }],
    ['msession://:s%40crt@h:1', { host: 'h', port: 1, password: 's@crt' }],
    ['msession://ada:pw@h/', { host: 'h', port: 8086, user: 'ada', password: 'pw' }],
    ['tls://h:7', { host: 'h', port: 7, tls: true }],
    ['mss://h', { host: 'h', port: 8086, tls: true }],
    ['msessions://h', { host: 'h', port: 8086, tls: true }],
    ['msession://[::1]:9', { host: '::1', port: 9 }],
    ['unix:///run/msession.sock', { path: '/run/msession.sock' }],
    ['unix:///run/a%20b?password=x%26y', { path: '/run/a b', password: 'x&y' }],
    ['/run/msession.sock', { path: '/run/msession.sock' }],
    ['localhost', { host: 'localhost', port: 8086 }],
    ['localhost:99', { host: 'localhost', port: 99 }],
    ['[::1]:99', { host: '::1', port: 99 }],
  ])('%s', (text, expected) => {
    expect(parseServerAddress(text)).toEqual(expected);
  });

  test.each([
    ['http://h', /scheme 'http:\/\/'/],
    ['msession://', /URL|host/],
    ['msession://h/run/x.sock', /path behind the host/],
    ['unix://run/x.sock', /three slashes/],
    ['msession://:%zz@h', /%25/],
    ['msession://h:99999', /URL/],
    ['h:99999', /65535/],
    ['two words', /not understood/],
    ['', /not understood/],
  ])('%s is refused', (text, message) => {
    expect(() => parseServerAddress(text)).toThrow(ArgumentError);
    expect(() => parseServerAddress(text)).toThrow(message);
  });

  test('a refusal does not repeat the password', () => {
    try {
      parseServerAddress('http://:hunter2@h');
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain('hunter2');
    }
  });
});
