// Reading and writing dumps: the form as docs/dump-format.md has it, and every way in which a dump can be wrong.
import { describe, expect, test } from 'vitest';
import { readDump } from './read-dump.js';
import { type StreamedFamily, transfer } from './session-stream.js';
import { dumpTarget } from './write-dump.js';

const header =
  '{"dump":"msession","format":1,"atMs":1764000000000,"keyCeiling":1764000030000000,"searched":["user",{"base64":"6Q=="}]}';
const session = (more = '') =>
  `{"id":"visit-1","created":1764000000000001,"timeout":1440,"idleMs":5,"leftMs":1439995${more}}`;
const end = (lines: number) => `{"end":"msession","lines":${lines}}`;

async function* chunks(text: string | Buffer, size = 1000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Buffer, size?: number, mayBeCut = false): Promise<StreamedFamily[]> {
  const source = await readDump(chunks(text, size), { mayBeCut });
  const families: StreamedFamily[] = [];
  for await (const portion of source.families()) families.push(...portion);
  await source.close();
  return families;
}

const dump = (...lines: string[]) => `${[header, ...lines, end(lines.length)].join('\n')}\n`;

const everything = [
  '{"id":"globals","created":1,"timeout":0,"idleMs":0,"vars":[["hits","9"]]}',
  session(
    ',"class":"page","rev":1764000000000002,"data":"text \\"quoted\\" 🛒","vars":[["user","ada"],[{"base64":"6Q=="},{"base64":"AP8="}]],"released":{"key":7,"data":true},"lock":{"key":1764000000000003,"leftMs":-5,"sinceMs":1763999999000,"note":"web-1 /cart","bound":true,"lapsed":true},"subs":[{"sub":"a","created":1764000000000004,"timeout":0,"idleMs":0},{"sub":"b","reserved":true,"lock":{"key":9,"leftMs":60000,"sinceMs":1}}]',
  ),
  '{"id":{"base64":"af8="},"reserved":true,"lock":{"key":8,"leftMs":1,"sinceMs":2}}',
  '{"id":"empty","created":2,"timeout":60,"idleMs":61000,"leftMs":-1000,"rev":3,"data":""}',
];

describe('a dump', () => {
  test('says what it says, whatever the chunks it comes in', async () => {
    const families = await read(dump(...everything));
    expect(families).toHaveLength(4);
    expect(families[1]).toMatchObject({
      id: Buffer.from('visit-1'),
      line: 3,
      session: {
        className: Buffer.from('page'),
        data: Buffer.from('text "quoted" 🛒'),
        leftMs: 1_439_995,
        variables: [
          [Buffer.from('user'), Buffer.from('ada')],
          [Buffer.from([0xe9]), Buffer.from([0, 255])],
        ],
        released: { key: 7, withData: true },
      },
      lock: {
        key: 1_764_000_000_000_003,
        leftMs: -5,
        isBound: true,
        hasLapsed: true,
        note: Buffer.from('web-1 /cart'),
      },
      subs: [
        { name: Buffer.from('a'), session: { timeoutSeconds: 0, leftMs: undefined, data: null } },
        { name: Buffer.from('b'), session: undefined, lock: { key: 9 } },
      ],
    });
    expect(families[3]?.session).toMatchObject({ data: Buffer.alloc(0), revision: 3 });
    for (const size of [1, 7, 64]) expect(await read(dump(...everything), size)).toEqual(families);
  });

  test('written again is the same to the byte', async () => {
    const source = await readDump(chunks(dump(...everything)));
    const parts: string[] = [];
    const write = async (lines: string) => {
      parts.push(lines);
    };
    const counts = await transfer(source, dumpTarget({ write }));
    expect(parts.join('')).toBe(dump(...everything));
    expect(counts).toEqual({ sessions: 2, subSessions: 1, locks: 3 });
  });

  test('may have carriage returns, fields in any order, and empty lines at its end', async () => {
    const text = dump('{"leftMs":5,"timeout":9,"id":"a","idleMs":0,"created":1}').replaceAll('\n', '\r\n');
    expect(await read(`${text}\n\n`)).toHaveLength(1);
  });

  test('that is cut off is refused, unless it may be', async () => {
    const whole = dump(session(), session().replace('visit-1', 'visit-2'));
    const inLine = whole.slice(0, whole.indexOf('visit-2') + 3);
    const betweenLines = whole.slice(0, whole.indexOf(end(2)));
    await expect(read(inLine)).rejects.toThrow('line 3: it is no JSON');
    await expect(read(betweenLines)).rejects.toThrow('cut off behind line 3');
    expect(await read(inLine, 100, true)).toHaveLength(1);
    expect(await read(betweenLines, 100, true)).toHaveLength(2);
  });
});

describe('a wrong dump names the line and the field', () => {
  test.each([
    ['', 'the dump is empty'],
    ['these are notes\n', 'line 1: it is no JSON'],
    ['[]\n', 'line 1: it is an array; it must be an object'],
    ['{"a":1}\n', 'line 1: field dump is not "msession": this is no dump of msession'],
    [header.replace('"format":1', '"format":2'), 'line 1: field format is 2, of a later version of msession'],
    [
      header.replace('"atMs":1764000000000', '"atMs":"now"'),
      'line 1: field atMs is a string; it must be a whole number',
    ],
    [header.replace(/}$/, ',"hashKey":"0123"}'), 'line 1: field hashKey is not 16 hexadecimal digits'],
    [
      dump(session(',"released":{"key":1,"data":false,"hash":5}')),
      'line 2: field released.hash stands beside data that is false',
    ],
    [header.replace('"user"', '"us\\ner"'), 'line 1: field searched[0] has a control character'],
    [`${header}\n${end(1)}\n`, 'line 2: field lines is 1, but 0 lines stand before it'],
    [`${dump(session())}${session()}\n`, 'line 4: nothing may stand behind the last line'],
    [dump('7'), 'line 2: it is a number; it must be an object'],
    [dump('{"id":7}'), 'line 2: field id is a number; it must be a string or {"base64": "…"}'],
    [dump(session().replace('"visit-1"', '""')), 'line 2: field id is empty'],
    [dump(session().replace('visit-1', 'a/b')), 'line 2: field id is that of a sub-session'],
    [dump(session().replace('visit-1', '\\ud800')), 'line 2: field id has half of a surrogate pair'],
    [dump(session().replace('"visit-1"', '{"base64":"a"}')), 'line 2: field id has base64 that is none'],
    [dump(session(',"colour":"red"')), 'line 2: field "colour" is unknown here'],
    [dump(session().replace('1440', '-1')), 'line 2: field timeout is -1; it must be a whole number, 0 to 4294967295'],
    [dump(session().replace('1440', '1.5')), 'line 2: field timeout is 1.5'],
    [dump(session().replace('1440', '0')), 'line 2: field leftMs stands beside a timeout of 0'],
    [dump(session().replace(',"leftMs":1439995', '')), 'line 2: field leftMs is missing'],
    [
      dump(session().replace('1764000000000001', '1764000030000001')),
      'line 2: field created is 1764000030000001; it must be a whole number, 1 to 1764000030000000',
    ],
    [dump(session(',"rev":5')), 'line 2: field data is missing: data and rev go together'],
    [dump(session(',"data":"x"')), 'line 2: field rev is missing'],
    [dump(session(',"vars":{"a":"b"}')), 'line 2: field vars is an object; it must be an array'],
    [dump(session(',"vars":[["a","b"],["a"]]')), 'line 2: field vars[1] is not an array of a name and a value'],
    [dump(session(',"vars":[["a","b"],["a","c"]]')), 'line 2: field vars[1][0] is the name of an earlier variable'],
    [dump(session(',"vars":[["a",1]]')), 'line 2: field vars[0][1] is a number'],
    [dump(session(',"lock":{"key":0,"leftMs":1,"sinceMs":1}')), 'line 2: field lock.key is 0'],
    [
      dump(session(',"lock":{"key":1,"leftMs":1,"sinceMs":1,"bound":1}')),
      'line 2: field lock.bound is a number; it must be true or missing',
    ],
    [dump('{"id":"a","reserved":true}'), 'line 2: field lock is missing: an id can only be reserved by a lock'],
    [dump(session(',"subs":[{"sub":"a/b"}]')), 'line 2: field subs[0].sub has a slash'],
    [
      dump(
        session(
          ',"subs":[{"sub":"a","created":1,"timeout":0,"idleMs":0},{"sub":"a","created":1,"timeout":0,"idleMs":0}]',
        ),
      ),
      'line 2: field subs[1].sub stands there twice',
    ],
    [
      dump('{"id":"globals","created":1,"timeout":5,"idleMs":0,"leftMs":5}'),
      'line 2: field timeout of globals must be 0',
    ],
  ])('%#', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  test('bytes that are not UTF-8', async () => {
    const bytes = Buffer.from(dump(session()));
    bytes[bytes.indexOf('visit-1')] = 0xff;
    await expect(read(bytes)).rejects.toThrow('line 2: it is not UTF-8');
  });

  test('without the content of a field', async () => {
    const message = await read(dump(session(',"lock":"secret"'))).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).toContain('field lock is a string');
    expect(message).not.toContain('secret');
  });
});
