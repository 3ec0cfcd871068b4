import { describe, expect, test } from 'vitest';
import { createCommandMethods } from './command-methods.js';
import { ArgumentError } from './errors.js';

/** The words a method would send. */
async function wordsOf(call: (client: ReturnType<typeof recorder>['client']) => Promise<unknown>): Promise<unknown> {
  const { client, sent } = recorder();
  await call(client);
  return sent[0]?.map((word) => (typeof word === 'string' ? word : `<${Buffer.from(word).toString('hex')}>`)).join(' ');
}

function recorder() {
  const sent: (readonly (string | Uint8Array)[])[] = [];
  const client = createCommandMethods<'utf8'>(async (call) => {
    sent.push(call.words);
  });
  return { client, sent };
}

describe('methods send the words of their command', () => {
  test.each([
    [
      () => wordsOf((c) => c.create('a', { className: 'shop', data: 'x', timeoutSeconds: 0 })),
      'CREATE a CLASS shop DATA x TIMEOUT 0',
    ],
    [() => wordsOf((c) => c.setval('a', { b: 1, c: 'two' })), 'SETVAL a b 1 c two'],
    [() => wordsOf((c) => c.setval('a', [['b', 1n]])), 'SETVAL a b 1'],
    [() => wordsOf((c) => c.setval('a', { b: 1, c: 2 }, { key: 9 })), 'SETVAL a KEY 9 VARS 2 b 1 c 2'],
    [() => wordsOf((c) => c.delval('a', 'b')), 'DELVAL a b'],
    [() => wordsOf((c) => c.delval('a', ['b', 'c'], { key: 9 })), 'DELVAL a KEY 9 UNSET 2 b c'],
    [() => wordsOf((c) => c.getval('a', 'b')), 'GETVAL a b'],
    [() => wordsOf((c) => c.getval('a', 'b', 'd')), 'GETVAL a b d'],
    [() => wordsOf((c) => c.getval('a', 'b', { encoding: 'buffer' })), 'GETVAL a b'],
    [() => wordsOf((c) => c.getval('a', 'b', undefined, { timeoutMs: 5 })), 'GETVAL a b'],
    [
      () =>
        wordsOf((c) =>
          c.dataset('a', Buffer.from([0, 255]), { variables: { x: 1 }, unset: ['y', 'z'], ifRev: 0, condition: 'nx' }),
        ),
      'DATASET a <00ff> VARS 1 x 1 UNSET 2 y z IFREV 0 NX',
    ],
    [() => wordsOf((c) => c.dataset('a', '', { variables: {}, unset: [] })), 'DATASET a '],
    [
      () => wordsOf((c) => c.slock('a', { waitMs: 5, create: true, withData: false, bind: true })),
      'SLOCK a WAIT 5 CREATE BIND',
    ],
    [() => wordsOf((c) => c.sextend('a', 7, { leaseMs: 10 })), 'SEXTEND a 7 LEASE 10'],
    [() => wordsOf((c) => c.ctl('a', 'ttl')), 'CTL a TTL'],
    [() => wordsOf((c) => c.timeout('a', -1)), 'TIMEOUT a -1'],
    [() => wordsOf((c) => c.timeout('a')), 'TIMEOUT a'],
    [() => wordsOf((c) => c.call('f')), 'CALL f'],
    [() => wordsOf((c) => c.call('f', ['a', 2])), 'CALL f a 2'],
    [() => wordsOf((c) => c.list({ cursor: '0', match: 'a*' })), 'LIST CURSOR 0 MATCH a*'],
    [() => wordsOf((c) => c.clientNoEvict('on')), 'CLIENT NO-EVICT ON'],
    [() => wordsOf((c) => c.clientSetinfo('lib-name', 'x')), 'CLIENT SETINFO LIB-NAME x'],
    [() => wordsOf((c) => c.clientKill({ clientId: 5 })), 'CLIENT KILL ID 5'],
    [() => wordsOf((c) => c.configSet({ 'max-clients': '5' })), 'CONFIG SET max-clients 5'],
    [() => wordsOf((c) => c.add('a', 'b', 2.5)), 'ADD a b 2.5'],
    [() => wordsOf((c) => c.shutdown({ mode: 'SAVE' })), 'SHUTDOWN SAVE'],
  ])('%#', async (call, expected) => {
    expect(await call()).toBe(expected);
  });
});

describe('bad arguments are refused by name, and nothing is sent', () => {
  const loose = recorder().client as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  test.each([
    ['create', [], /id of create\(\) must be a string or bytes, not undefined/],
    ['create', [5], /id of create\(\)/],
    ['create', ['a', 'shop'], /object of options/],
    ['create', ['a', { klass: 'x' }], /no option 'klass' \(className, data, timeoutSeconds/],
    ['create', ['a', {}, {}], /takes 1 parameters/],
    ['create', ['a', { timeoutSeconds: 1.5 }], /timeoutSeconds of create\(\) must be a whole number/],
    ['setval', ['a', {}], /variables of setval\(\) is empty/],
    ['setval', ['a', { b: undefined }], /variables of setval\(\).*not undefined/],
    ['setval', ['a', { b: true }], /not boolean/],
    ['setval', ['a', { b: Number.NaN }], /NaN/],
    ['setval', ['a', 'b'], /variables of setval\(\) must be an object/],
    ['setval', ['a', ['b', 'c']], /iterable of \[name, value\]/],
    ['delval', ['a', []], /names of delval\(\) is empty/],
    ['ctl', ['a', 'AGES'], /what of ctl\(\) must be one of EXIST/],
    ['sextend', ['a', 1], /leaseMs of sextend\(\) is missing/],
    ['slock', ['a', { create: 'yes' }], /create of slock\(\) must be true or false/],
    ['slock', ['a', { async: true }], /no option 'async'/],
    ['dataset', ['a', 'b', { condition: 'ZZ' }], /condition of dataset\(\) must be one of XX, NX/],
  ])('%s %j', async (method, parameters, message) => {
    const call = loose[method];
    if (call === undefined) expect.unreachable();
    const attempt = call(...parameters);
    await expect(attempt).rejects.toThrow(ArgumentError);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toMatchObject({ code: 'ARGUMENT', isRetryable: false, isOutcomeUnknown: false });
  });
});
