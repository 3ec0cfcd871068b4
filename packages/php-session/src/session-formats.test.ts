import { describe, expect, it } from 'vitest';
import { decodeSession, encodeSession, PhpSessionError } from './index.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('decodeSession', () => {
  it.each([
    ['php', 'user|i:7;cart|a:1:{i:0;s:1:"x";}'],
    ['php_binary', '\x04useri:7;\x04carta:1:{i:0;s:1:"x";}'],
    ['php_serialize', 'a:2:{s:4:"user";i:7;s:4:"cart";a:1:{i:0;s:1:"x";}}'],
  ] as const)('reads %s', (format, text) => {
    expect([...decodeSession(bytes(text), format)]).toEqual([
      ['user', 7],
      ['cart', ['x']],
    ]);
    expect(encodeSession({ user: 7, cart: ['x'] }, format).toString('latin1')).toBe(text);
  });

  it.each(['php', 'php_binary', 'php_serialize'] as const)('reads nothing as an empty session: %s', (format) => {
    expect(decodeSession(Buffer.alloc(0), format).size).toBe(0);
  });

  it('binds references between variables', () => {
    const session = decodeSession(bytes('a|i:1;b|R:1;'), 'php');
    expect(session.get('b')).toBe(session.get('a'));
    expect(encodeSession(session, 'php').toString()).toBe('a|i:1;b|R:1;');
  });

  it.each([
    ['php', 'user|i:7;car', 9],
    ['php', 'user|i:7;cart|a:1:{', 19],
    ['php', 'user|', 5],
    ['php_binary', '\x04useri:7;\x85carti:1;', 9],
    ['php_binary', '\x09useri:7;', 1],
    ['php_serialize', 'i:5;', 0],
    ['php_serialize', 'a:0:{}x', 6],
  ] as const)('refuses malformed %s data %j and names the offset', (format, text, offset) => {
    expect(() => decodeSession(bytes(text), format)).toThrow(PhpSessionError);
    expect(() => decodeSession(bytes(text), format)).toThrow(`offset ${offset}`);
  });

  it('names an unknown format', () => {
    expect(() => decodeSession(bytes(''), 'wddx' as never)).toThrow("'wddx' is no session format; php, php_binary");
  });
});

describe('encodeSession', () => {
  it.each([
    ['php', { 'a|b': 1 }, "a name with '|'"],
    ['php', { 5: 1 }, 'an integer'],
    ['php_binary', { 5: 1 }, 'an integer'],
    ['php_binary', { ['x'.repeat(128)]: 1 }, 'a name over 127 bytes'],
  ] as const)('refuses for %s what PHP would drop: %o', (format, session, what) => {
    expect(() => encodeSession(session as Record<string, unknown>, format)).toThrow(what);
    expect(encodeSession(session as Record<string, unknown>, 'php_serialize').length).toBeGreaterThan(0);
  });

  it('names the variable that cannot be written, and leaves out undefined ones', () => {
    expect(() => encodeSession({ ok: 1, bad: [() => 1] }, 'php')).toThrow('bad[0] is a function');
    expect(encodeSession({ gone: undefined, kept: 1 }, 'php').toString()).toBe('kept|i:1;');
  });
});
