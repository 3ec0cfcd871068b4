import { describe, expect, test } from 'vitest';
import { ArgumentFault, type BoundRun } from './argument-checks.js';
import { compileBinder } from './bind-arguments.js';
import type { CommandSpec } from './command-spec.js';
import { commands } from './commands/index.js';
import { Request } from './request.js';

const limits = { maxValueBytes: 100 };

function bind<Spec extends CommandSpec>(spec: Spec, words: readonly (string | number | Uint8Array)[]) {
  const request = Request.of([spec.name, ...words]);
  const bound = compileBinder(spec)(request, limits);
  if (bound instanceof ArgumentFault) throw new Error(`refused: ${bound.message}`);
  return { bound, text: (index: number) => request.text(index), run: (run: BoundRun) => runTexts(request, run) };
}

function runTexts(request: Request, run: BoundRun): string[] {
  return Array.from({ length: run.count }, (_, i) => request.text(run.first + i));
}

function refusal(spec: CommandSpec, words: readonly (string | number | Uint8Array)[]): string {
  const bound = compileBinder(spec)(Request.of([spec.name, ...words]), limits);
  if (!(bound instanceof ArgumentFault)) throw new Error('was bound');
  return `${bound.code} ${bound.message}`;
}

const count = (name: string) => `ERR wrong number of arguments for '${name}' command`;

describe('positions', () => {
  test('are bound as places in the request, absent ones as 0', () => {
    const { bound, text } = bind(commands.GETVAL, ['s', 'user', 'nobody']);
    expect([bound.id, bound.name, bound.default].map(text)).toEqual(['s', 'user', 'nobody']);
    expect(bind(commands.GETVAL, ['s', 'user']).bound.default).toBe(0);
  });

  test('too few and too many are a wrong number', () => {
    expect(refusal(commands.GETVAL, ['s'])).toBe(count('getval'));
    expect(refusal(commands.GETVAL, ['s', 'n', 'd', 'x'])).toBe(count('getval'));
    expect(refusal(commands.COUNT, ['x'])).toBe(count('count'));
    expect(refusal(commands.SLOCK, [])).toBe(count('slock'));
  });

  test('an optional integer is undefined when absent and a number when given', () => {
    expect(bind(commands.TIMEOUT, ['s']).bound.timeoutSeconds).toBeUndefined();
    expect(bind(commands.TIMEOUT, ['s', '-7']).bound.timeoutSeconds).toBe(-7);
    expect(bind(commands.TIMEOUT, ['s', '-0']).bound.timeoutSeconds).toBe(0);
  });

  test('words of a closed set match in any case', () => {
    expect(bind(commands.CTL, ['s', 'tTl']).bound.what).toBe('TTL');
    expect(refusal(commands.CTL, ['s', 'SIZE'])).toBe(
      "ERR what of 'CTL' is one of EXIST TTL AGE TLA CTIME TOUCH NOW REV LOCK",
    );
  });

  test('an optional position gives way to an option', () => {
    const kill = commands.CLIENT.subcommands.find((spec) => spec.name === 'CLIENT KILL') as CommandSpec;
    const binder = compileBinder(kill, 2);
    expect(binder(Request.of(['CLIENT', 'KILL', 'ID', '7']), limits)).toMatchObject({ address: 0, clientId: 7 });
    expect(binder(Request.of(['CLIENT', 'KILL', '127.0.0.1:5']), limits)).toMatchObject({ address: 2 });
  });
});

describe('integers', () => {
  test.each([
    '',
    '-',
    '+1',
    ' 1',
    '1 ',
    '1.0',
    '1e3',
    '0x10',
    '9007199254740992',
    '-9007199254740992',
    '99999999999999999999',
  ])('refuses %j', (word) => {
    expect(refusal(commands.TIMEOUT, ['s', word])).toBe('ERR timeoutSeconds is not an integer or out of range');
  });

  test('takes the safe integers to their ends', () => {
    expect(bind(commands.TIMEOUT, ['s', '9007199254740991']).bound.timeoutSeconds).toBe(Number.MAX_SAFE_INTEGER);
    expect(bind(commands.TIMEOUT, ['s', '-9007199254740991']).bound.timeoutSeconds).toBe(Number.MIN_SAFE_INTEGER);
  });

  test('names the bounds', () => {
    expect(refusal(commands.UNIQ, [0])).toBe('ERR length is 0; it must be 1 or more, 255 at most');
    expect(refusal(commands.UNIQ, [256])).toBe('ERR length is 256; it must be 1 or more, 255 at most');
    expect(refusal(commands.FLUSH, [-1])).toBe('ERR idleSeconds is -1; it must be 0 or more');
    expect(bind(commands.UNIQ, [255]).bound.length).toBe(255);
  });
});

describe('bytes', () => {
  test.each([
    ['', 'ERR id is empty; an id has 1 to 255 bytes'],
    ['a\u0001b', 'ERR id has a control character; ids have none'],
    ['a\u007fb', 'ERR id has a control character; ids have none'],
    ['a/b/c', 'ERR id has two slashes; an id has one at most, between session and sub-session'],
    ['/a', 'ERR id has nothing on one side of its slash'],
    ['a/', 'ERR id has nothing on one side of its slash'],
    ['x'.repeat(256), 'BADLEN id has 256 bytes; an id has 1 to 255'],
  ])('refuses the id %j', (id, message) => {
    expect(refusal(commands.DROP, [id])).toBe(message);
  });

  test('takes ids of 255 bytes, with one slash and with high bytes', () => {
    for (const id of ['x'.repeat(255), 'a/b', Uint8Array.of(0x80, 0xff)])
      expect(bind(commands.DROP, [id]).bound.id).toBe(1);
  });

  test.each([
    ['', 'ERR name is empty; a name has 1 to 255 bytes'],
    ['a\nb', 'ERR name has a control character; names have none'],
    ['é'.repeat(128), 'BADLEN name has 256 bytes; a name has 1 to 255'],
  ])('refuses the name %j', (name, message) => {
    expect(refusal(commands.GETVAL, ['s', name])).toBe(message);
  });

  test('names the limit of values, in whatever place they stand', () => {
    const message = 'has 101 bytes; max-value-size is 100';
    expect(refusal(commands.DATASET, ['s', 'x'.repeat(101)])).toBe(`BADLEN data ${message}`);
    expect(refusal(commands.SETVAL, ['s', 'a', 'x', 'b', 'x'.repeat(101)])).toBe(`BADLEN variables ${message}`);
    expect(refusal(commands.DATASET, ['s', 'd', 'VARS', 1, 'n', 'x'.repeat(101)])).toBe(`BADLEN variables ${message}`);
    expect(bind(commands.DATASET, ['s', 'x'.repeat(100)]).bound.data).toBe(2);
  });

  test('a sub-session is spoken of without its parent', () => {
    expect(refusal(commands.SUBNEW, ['s', 'CLONE', 's/5f'])).toBe(
      'ERR cloneOf has a slash; it is only the part behind it',
    );
    expect(bind(commands.SUBNEW, ['s', 'CLONE', '5f']).bound.cloneOf).toBe(3);
  });

  test('text is short', () => {
    const binder = compileBinder(commands.SLOCK);
    const long = { maxValueBytes: 1e6 };
    expect(binder(Request.of(['SLOCK', 's', 'NOTE', 'x'.repeat(8193)]), long)).toMatchObject({
      code: 'BADLEN',
      message: 'note has 8193 bytes; text has 8192 at most',
    });
    expect(binder(Request.of(['SLOCK', 's', 'NOTE', 'x'.repeat(8192)]), long)).toMatchObject({ note: 3 });
  });

  test('an operand longer than any number is no number', () => {
    const binder = compileBinder(commands.ADD);
    expect(binder(Request.of(['ADD', 's', 'n', '9'.repeat(513)]), { maxValueBytes: 1e6 })).toMatchObject({
      code: 'NOTANUMBER',
      message: 'amount has 513 bytes; a number has 512 at most',
    });
  });
});

describe('options', () => {
  test('stand in any order and case', () => {
    const { bound, text } = bind(commands.SLOCK, ['s', 'note', 'web-1', 'data', 'Lease', 5, 'WAIT', 0]);
    expect(bound).toMatchObject({ waitMs: 0, leaseMs: 5, withData: true, create: false, bind: false, async: false });
    expect(text(bound.note)).toBe('web-1');
  });

  test('absent ones are 0, undefined, false or empty', () => {
    expect(bind(commands.DATASET, ['s', 'd']).bound).toEqual({
      id: 1,
      data: 2,
      className: 0,
      variables: { first: 0, count: 0 },
      unset: { first: 0, count: 0 },
      timeoutSeconds: undefined,
      ifRev: undefined,
      key: undefined,
      condition: undefined,
    });
  });

  test('a value may be a token', () => {
    const { bound, text } = bind(commands.CREATE, ['CLASS', 'CLASS', 'DATA', 'DATA', 'CLASS']);
    expect([bound.id, bound.className, bound.data].map(text)).toEqual(['CLASS', 'DATA', 'CLASS']);
  });

  test('twice is an error, also of those that exclude each other', () => {
    expect(refusal(commands.CREATE, ['s', 'DATA', 'a', 'data', 'b'])).toBe(
      "ERR syntax error: DATA of 'CREATE' is given twice",
    );
    expect(refusal(commands.SLOCK, ['s', 'BIND', 'BIND'])).toBe("ERR syntax error: BIND of 'SLOCK' is given twice");
    expect(refusal(commands.DATASET, ['s', 'd', 'XX', 'NX'])).toBe(
      "ERR syntax error: XX|NX of 'DATASET' is given twice",
    );
    expect(refusal(commands.DATASET, ['s', 'd', 'UNSET', 1, 'a', 'UNSET', 1, 'b'])).toBe(
      "ERR syntax error: UNSET of 'DATASET' is given twice",
    );
  });

  test('one without its value is an error', () => {
    expect(refusal(commands.SLOCK, ['s', 'WAIT'])).toBe("ERR syntax error: WAIT of 'SLOCK' wants a value");
  });

  test('a required one that is missing is an error', () => {
    expect(refusal(commands.SEXTEND, ['s', 5])).toBe("ERR syntax error: 'SEXTEND' wants LEASE");
    expect(bind(commands.SEXTEND, ['s', 5, 'LEASE', 1]).bound.leaseMs).toBe(1);
  });

  test('an unknown one is named by its place, never by its text', () => {
    const message = refusal(commands.CREATE, ['s', 'hunter2']);
    expect(message).toBe("ERR syntax error: word 3 of 'CREATE' is no option (CLASS DATA TIMEOUT)");
    expect(refusal(commands.CREATE, ['s', 'TIMEUOT', '5'])).toBe(`${message}; did you mean TIMEOUT?`);
  });
});

describe('counted lists', () => {
  test('are runs of the request', () => {
    const { bound, run, text } = bind(commands.DATASET, ['s', 'd', 'UNSET', 2, 'a', 'b', 'VARS', 1, 'n', 'v', 'NX']);
    expect(run(bound.unset)).toEqual(['a', 'b']);
    expect(bound.variables.count).toBe(1);
    expect([text(bound.variables.first), text(bound.variables.first + 1)]).toEqual(['n', 'v']);
    expect(bound.condition).toBe('NX');
  });

  test.each([
    ['nothing', ['VARS']],
    ['no number', ['VARS', 'x', 'n', 'v']],
    ['zero', ['VARS', 0]],
    ['a negative count', ['VARS', -1, 'n', 'v']],
    ['one more than there are', ['VARS', 2, 'n', 'v', 'm']],
    ['a huge count', ['VARS', '9007199254740991', 'n', 'v']],
    ['an unsafe count', ['VARS', '99999999999999999', 'n', 'v']],
  ])('refuse %s', (_, words) => {
    expect(refusal(commands.DATASET, ['s', 'd', ...words])).toBe(
      "ERR syntax error: VARS of 'DATASET' wants a count and that many names and values",
    );
  });

  test('one less than there are leaves a word that is no option', () => {
    expect(refusal(commands.DATASET, ['s', 'd', 'UNSET', 1, 'a', 'b'])).toContain("word 7 of 'DATASET' is no option");
  });

  test('check each name', () => {
    expect(refusal(commands.DATASET, ['s', 'd', 'UNSET', 2, 'a', ''])).toBe(
      'ERR unset is empty; a name has 1 to 255 bytes',
    );
    expect(refusal(commands.DATASET, ['s', 'd', 'VARS', 1, '', 'v'])).toBe(
      'ERR variables is empty; a name has 1 to 255 bytes',
    );
  });
});

describe('the rest', () => {
  test('is a run of items or pairs', () => {
    expect(bind(commands.SETVAL, ['s', 'a', '1', 'b', '2']).bound.variables).toEqual({ first: 2, count: 2 });
    expect(bind(commands.DELVAL, ['s', 'a', 'b', 'c']).bound.names).toEqual({ first: 2, count: 3 });
    expect(bind(commands.CALL, ['uptime']).bound.parameters).toEqual({ first: 2, count: 0 });
  });

  test('half a pair and too few are a wrong number', () => {
    expect(refusal(commands.SETVAL, ['s', 'a'])).toBe(count('setval'));
    expect(refusal(commands.SETVAL, ['s', 'a', '1', 'b'])).toBe(count('setval'));
    expect(refusal(commands.SETVAL, ['s'])).toBe(count('setval'));
    expect(refusal(commands.DELVAL, ['s'])).toBe(count('delval'));
  });

  test('of a million arguments is bound', () => {
    const words = Array.from({ length: 1_000_000 }, () => 'n');
    expect(bind(commands.DELVAL, ['s', ...words]).bound.names.count).toBe(1_000_000);
  });
});

describe('guarded forms', () => {
  test('are taken for KEY and the list in their places', () => {
    const { bound, text } = bind(commands.SETVAL, ['s', 'key', 7, 'vars', 1, 'n', 'v']);
    expect(bound.key).toBe(7);
    expect(bound.variables.count).toBe(1);
    expect(text(bound.variables.first)).toBe('n');
    expect(bind(commands.DELVAL, ['s', 'KEY', 7, 'UNSET', 2, 'a', 'b']).bound).toMatchObject({
      key: 7,
      unset: { count: 2 },
    });
  });

  test('a variable called KEY is set by the plain form', () => {
    const { bound } = bind(commands.SETVAL, ['s', 'KEY', '5', 'other', '6']);
    expect(bound.variables).toEqual({ first: 2, count: 2 });
    expect(bound.key).toBeUndefined();
    expect(bind(commands.SETVAL, ['s', 'KEY', '5']).bound.variables.count).toBe(1);
    expect(bind(commands.DELVAL, ['s', 'KEY', 'a', 'b']).bound.names.count).toBe(3);
  });

  test('a mistake in one is an error, and nothing is written without the guard', () => {
    expect(refusal(commands.SETVAL, ['s', 'KEY', 7, 'VARS', 2, 'a', 'b'])).toContain('wants a count');
    expect(refusal(commands.SETVAL, ['s', 'KEY', 'x', 'VARS', 1, 'a', 'b'])).toBe(
      'ERR key is not an integer or out of range',
    );
    expect(refusal(commands.DELVAL, ['s', 'KEY', -1, 'UNSET', 1, 'a'])).toBe('ERR key is -1; it must be 0 or more');
    expect(refusal(commands.DELVAL, ['s', 'KEY', 1, 'UNSET', 2, 'a'])).toContain('wants a count');
  });
});

test('a subcommand is bound behind its two words and called container|name', () => {
  const setName = commands.CLIENT.subcommands.find((spec) => spec.name === 'CLIENT SETNAME') as CommandSpec;
  const binder = compileBinder(setName, 2);
  expect(binder(Request.of(['CLIENT', 'SETNAME', 'web']), limits)).toMatchObject({ name: 2 });
  expect(binder(Request.of(['CLIENT', 'SETNAME']), limits)).toMatchObject({
    message: "wrong number of arguments for 'client|setname' command",
  });
});
