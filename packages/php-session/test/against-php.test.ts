// Byte for byte against real PHP, thousands of values both ways.
import { describe, expect, it } from 'vitest';
import { decodeSession, encodeSession, phpSessionFormats, serialize, unserialize } from '../src/index.js';
import { buildSession, buildValue, Describer } from './describe-values.js';
import { askPhp } from './oracle.js';

const count = 4000;

describe('serialize() and unserialize() against PHP', () => {
  const describer = new Describer(20261121);
  const descriptions = Array.from({ length: count }, () => describer.value());
  const fromPhp = askPhp(
    ['serialize'],
    descriptions.map((value) => JSON.stringify(value)),
  );

  it(`writes ${count} described values as PHP writes them`, () => {
    expect(fromPhp).toHaveLength(count);
    for (let i = 0; i < count; i++)
      expect(serialize(buildValue(descriptions[i]!)).toString('latin1'), JSON.stringify(descriptions[i])).toBe(
        fromPhp[i]!.toString('latin1'),
      );
  });

  it(`reads ${count} values of PHP as what they were built from`, () => {
    for (let i = 0; i < count; i++)
      expect(unserialize(fromPhp[i]!), JSON.stringify(descriptions[i])).toEqual(buildValue(descriptions[i]!));
  });

  it('writes floats with precision 17 as PHP does with serialize_precision 17', () => {
    const floats = new Describer(17);
    const wanted = Array.from({ length: 3000 }, () => {
      const bits = Buffer.from(Array.from({ length: 8 }, () => floats.int(256)));
      return floats.int(2) === 0 ? bits.readDoubleBE() : floats.int(1e9) / 10 ** floats.int(16);
    }).filter((value) => !Number.isNaN(value) && !Number.isSafeInteger(value));
    const bytes = wanted.map((value) => {
      const bits = Buffer.alloc(8);
      bits.writeDoubleBE(value);
      return bits.toString('hex');
    });
    const seventeen = askPhp(
      ['serialize17'],
      bytes.map((hex) => JSON.stringify(['float', hex])),
    );
    for (let i = 0; i < wanted.length; i++) {
      expect(serialize(wanted[i], { serializePrecision: 17 }).toString()).toBe(seventeen[i]!.toString());
      expect(unserialize(seventeen[i]!)).toBe(wanted[i]);
    }
  });

  it(`gives ${count} values that PHP made up, objects of many classes included, back unchanged`, () => {
    const values = askPhp(['generate', '4711', String(count)]);
    expect(values).toHaveLength(count);
    for (const value of values) expect(serialize(unserialize(value)).toString('latin1')).toBe(value.toString('latin1'));
    const kinds = Buffer.concat(values).toString('latin1');
    for (const kind of [
      'R:',
      'r:',
      'O:7:"Account"',
      'O:5:"Child"',
      'C:3:"Old"',
      'E:',
      'O:6:"Modern"',
      'O:11:"ArrayObject"',
      'd:NAN',
      'd:INF',
      'i:9223372036854775807',
    ])
      expect(kinds).toContain(kind);
  });

  it('of bytes cut short or changed, reads what PHP reads and refuses what PHP refuses', () => {
    const random = new Describer(99);
    // whether a class is known decides for PHP, and is nothing that is known here
    const plain = fromPhp.filter((bytes) => bytes.length > 3 && !/[OCE]:/.test(bytes.toString('latin1')));
    const broken = plain.flatMap((bytes) => {
      const changed = Buffer.from(bytes);
      changed[random.int(bytes.length)] = random.int(256);
      return [changed, bytes.subarray(0, random.int(bytes.length))];
    });
    const answers = askPhp(['again'], broken);
    const tally = { refused: 0, same: 0, stricter: 0 };
    for (let i = 0; i < broken.length; i++) {
      const shown = JSON.stringify(broken[i]!.toString('latin1'));
      let ours = 'REFUSED';
      let message = '';
      try {
        ours = serialize(unserialize(broken[i]!)).toString('latin1');
      } catch (error) {
        message = (error as Error).message;
        expect(message, shown).toMatch(/at offset \d+: /);
      }
      // bytes behind the value, and integers that PHP would cut to 64 bits, are errors here
      if (/ends before the data does|more than 64 bits/.test(message)) tally.stricter++;
      else {
        expect(ours, shown).toBe(answers[i]!.toString('latin1'));
        tally[ours === 'REFUSED' ? 'refused' : 'same']++;
      }
    }
    expect(tally.refused).toBeGreaterThan(1000);
    expect(tally.same).toBeGreaterThan(100);
  });
});

describe.each(phpSessionFormats)('the session format %s against PHP', (format) => {
  const describer = new Describer(format.length);
  const sessions = Array.from({ length: 1500 }, () => describer.session());
  const encoded = askPhp(
    ['encode', format],
    sessions.map((session) => JSON.stringify(session)),
  );

  it('writes 1500 sessions as session_encode does', () => {
    expect(encoded).toHaveLength(sessions.length);
    for (let i = 0; i < sessions.length; i++)
      expect(encodeSession(buildSession(sessions[i]!), format).toString('latin1')).toBe(encoded[i]!.toString('latin1'));
  });

  it('reads 1500 sessions of session_encode', () => {
    for (let i = 0; i < sessions.length; i++)
      expect([...decodeSession(encoded[i]!, format)]).toEqual([...buildSession(sessions[i]!)]);
  });

  it('gives 1500 sessions that PHP made up back unchanged', () => {
    const made = askPhp(['generate-session', format, '815', '1500']);
    expect(made).toHaveLength(1500);
    for (const bytes of made)
      expect(encodeSession(decodeSession(bytes, format), format).toString('latin1')).toBe(bytes.toString('latin1'));
    expect(Buffer.concat(made).toString('latin1')).toContain('R:');
  });

  it('is read by session_decode', () => {
    const ours = sessions.map((session) => encodeSession(buildSession(session), format));
    const again = askPhp(['decode', format], ours);
    for (let i = 0; i < ours.length; i++) expect(again[i]!.toString('latin1')).toBe(ours[i]!.toString('latin1'));
  });
});
