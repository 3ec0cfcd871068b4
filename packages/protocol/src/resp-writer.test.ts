import { describe, expect, test } from 'vitest';
import { RespWriter } from './resp-writer.js';

const written = (version: 2 | 3, write: (writer: RespWriter) => void) => {
  const writer = new RespWriter({ version, initialBytes: 64 });
  write(writer);
  return writer.take().toString('utf8');
};

describe('what the versions spell differently', () => {
  test.each<[string, (writer: RespWriter) => void, string, string]>([
    ['null', (w) => w.null(), '$-1\r\n', '_\r\n'],
    ['true', (w) => w.boolean(true), ':1\r\n', '#t\r\n'],
    ['false', (w) => w.boolean(false), ':0\r\n', '#f\r\n'],
    ['double', (w) => w.double(0.1), '$3\r\n0.1\r\n', ',0.1\r\n'],
    ['infinity', (w) => w.double(Number.NEGATIVE_INFINITY), '$4\r\n-inf\r\n', ',-inf\r\n'],
    ['map', (w) => w.map(3), '*6\r\n', '%3\r\n'],
    ['set', (w) => w.set(3), '*3\r\n', '~3\r\n'],
    ['verbatim', (w) => w.verbatim('é'), '$2\r\né\r\n', '=6\r\ntxt:é\r\n'],
    ['big number', (w) => w.integer(2n ** 64n), '$20\r\n18446744073709551616\r\n', '(18446744073709551616\r\n'],
  ])('%s', (_, write, two, three) => {
    expect(written(2, write)).toBe(two);
    expect(written(3, write)).toBe(three);
  });
});

test('text is counted in bytes of UTF-8, long text as well as short', () => {
  for (const text of ['', 'ascii', 'naïve', '€', '😀', 'é'.repeat(100), 'x'.repeat(49), `${'x'.repeat(60)}é`])
    expect(written(2, (w) => w.bulkText(text))).toBe(`$${new TextEncoder().encode(text).length}\r\n${text}\r\n`);
});

test('a lone surrogate becomes the replacement character and keeps the framing', () => {
  expect(written(2, (w) => w.bulkText('\ud800'))).toBe('$3\r\n\ufffd\r\n');
  expect(written(2, (w) => w.simple('\ud800'))).toBe('+\ufffd\r\n');
});

test('no line break leaves a status line or an error', () => {
  expect(written(2, (w) => w.error('ERR', 'one\r\n-ERR two\rthree\nfour'))).toBe('-ERR one -ERR two three four\r\n');
  expect(written(2, (w) => w.simple('a\r\n+b'))).toBe('+a +b\r\n');
});

test('an integer that is none is a mistake of the handler', () => {
  for (const value of [1.5, Number.NaN, 2 ** 53]) expect(() => written(2, (w) => w.integer(value))).toThrow(RangeError);
});

test('grows as needed, and gives large memory back', () => {
  const writer = new RespWriter({ initialBytes: 64, retainBytes: 1000 });
  const text = 'x'.repeat(500);
  for (let i = 0; i < 10; i++) writer.bulkText(text);
  expect(writer.buffer.subarray(0, writer.length).toString()).toBe(`$500\r\n${text}\r\n`.repeat(10));
  writer.reset();
  expect(writer.length).toBe(0);
  expect(writer.buffer.length).toBe(64);
});

test('stops at its limit between values, says so, and begins anew', () => {
  const writer = new RespWriter({ initialBytes: 64, maxBytes: 128 });
  writer.bulkText('x'.repeat(100));
  const length = writer.length;
  writer.bulkText('y'.repeat(100));
  writer.ok();
  writer.integer(1);
  expect(writer.isOverflowed).toBe(true);
  expect(writer.length).toBe(length);
  writer.reset();
  writer.ok();
  expect(writer.take().toString()).toBe('+OK\r\n');
});

test('a copy taken and a buffer released stay as they were', () => {
  const writer = new RespWriter({ initialBytes: 64 });
  writer.bulkText('one');
  const copy = writer.take();
  writer.bulkText('two');
  const released = writer.release();
  writer.bulkText('six');
  expect([copy, released, writer.take()].map(String)).toEqual(['$3\r\none\r\n', '$3\r\ntwo\r\n', '$3\r\nsix\r\n']);
});
