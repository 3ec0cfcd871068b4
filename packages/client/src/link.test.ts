// The client's behaviour on the wire, without sockets and with a clock that the test moves.
import { describe, expect, test } from 'vitest';
import { settle } from '../test/manual-clock.js';
import { outcome, start } from '../test/scripted-client.js';

describe('pipelining', () => {
  test('calls of one tick leave in one write, in order, and replies find their calls', async () => {
    const { transport, client } = start();
    await client.connect();
    const first = outcome(client.inc('a', 'b'));
    const second = outcome(client.count());
    const third = outcome(client.getval('a', 'b'));
    await settle();
    expect(transport.writes.slice(1)).toEqual([[['INC', 'a', 'b'], ['COUNT'], ['GETVAL', 'a', 'b']]]);
    transport.receive('$1\r\n1\r\n:5\r\n-NOSE');
    await settle();
    expect([first.value, second.value, third.isOpen]).toEqual(['1', 5, true]);
    transport.receive('SSION gone\r\n');
    await settle();
    expect(third.error).toMatchObject({ code: 'NOSESSION', message: 'gone', command: 'GETVAL', isRetryable: false });
  });

  test('what replies set off leaves in one write, too', async () => {
    const { transport, client } = start();
    await client.connect();
    for (const id of ['a', 'b']) void client.count().then(() => client.find('n', id));
    await settle();
    transport.receive(':1\r\n:1\r\n');
    await settle();
    expect(transport.writes.at(-1)).toEqual([
      ['FIND', 'n', 'a'],
      ['FIND', 'n', 'b'],
    ]);
  });

  test('a peer that takes no more is not given more until it does', async () => {
    const { transport, client } = start();
    await client.connect();
    transport.isTaking = false;
    outcome(client.count());
    await settle();
    outcome(client.count());
    await settle();
    expect(transport.writes).toHaveLength(2);
    transport.drain();
    await settle();
    expect(transport.writes).toHaveLength(3);
  });

  test('an argument is copied when the method is called', async () => {
    const { transport, client } = start();
    await client.connect();
    const data = Buffer.from('before');
    outcome(client.dataset('a', data));
    data.write('after!');
    await settle();
    expect(transport.writes.at(-1)).toEqual([['DATASET', 'a', 'before']]);
  });
});

describe('connecting', () => {
  test('the first call connects, with password, user and name in HELLO', async () => {
    const { transport, client } = start({ password: 'pw', name: 'web-1' });
    outcome(client.count());
    await settle();
    expect(transport.writes).toEqual([[['HELLO', '3', 'AUTH', 'default', 'pw', 'SETNAME', 'web-1']], [['COUNT']]]);
    expect(client.state).toBe('ready');
  });

  test('attempts are repeated with growing pauses, then waiting calls learn why', async () => {
    const { transport, clock, client } = start({ reconnect: { maxAttempts: 4, jitter: 0 } });
    transport.isRefusing = true;
    const pauses: number[] = [];
    client.on('retrying', ({ delayMs }) => pauses.push(delayMs));
    const call = outcome(client.count({ timeoutMs: 0 }));
    const connected = outcome(client.connect());
    await settle();
    expect(transport.attempts).toBe(1);
    await clock.advance(49);
    expect(transport.attempts).toBe(1);
    await clock.advance(1);
    expect(transport.attempts).toBe(2);
    await clock.advance(100 + 200);
    expect(transport.attempts).toBe(4);
    expect(pauses).toEqual([50, 100, 200]);
    expect(call.error).toMatchObject({ code: 'CONNECT_FAILED', isRetryable: true, isOutcomeUnknown: false });
    expect(call.error?.message).toBe('no connection to a script in 4 attempts: refused by the script');
    expect(connected.error).toMatchObject({ code: 'CONNECT_FAILED' });
    expect(client.state).toBe('idle');
    transport.isRefusing = false;
    outcome(client.count());
    await settle();
    expect(client.state).toBe('ready');
  });

  test('calls during the pause do not cut it short', async () => {
    const { transport, clock, client } = start();
    transport.isRefusing = true;
    outcome(client.count());
    await settle();
    for (let i = 0; i < 20; i++) outcome(client.count());
    await settle();
    expect(transport.attempts).toBe(1);
    await clock.advance(50);
    expect(transport.attempts).toBe(2);
  });

  test('with reconnect: false there is one attempt for each call that needs it', async () => {
    const { transport, client } = start({ reconnect: false });
    transport.isRefusing = true;
    const first = outcome(client.count());
    await settle();
    const second = outcome(client.count());
    await settle();
    expect([first.error?.code, second.error?.code, transport.attempts]).toEqual([
      'CONNECT_FAILED',
      'CONNECT_FAILED',
      2,
    ]);
  });

  test('a handshake that hangs ends after connectTimeoutMs', async () => {
    const { transport, clock, client } = start({ reconnect: false, connectTimeoutMs: 700 });
    transport.receive = () => {};
    const call = outcome(client.count());
    await settle();
    await clock.advance(699);
    expect(call.isOpen).toBe(true);
    await clock.advance(1);
    expect(call.error?.message).toMatch(/no connection to a script within 700 ms/);
  });

  test('more calls than maxQueuedCalls fail at once while there is no connection; settled ones free their place', async () => {
    const { transport, client } = start({ maxQueuedCalls: 2 });
    transport.isRefusing = true;
    const controller = new AbortController();
    outcome(client.count());
    const aborted = outcome(client.count({ signal: controller.signal }));
    const refused = outcome(client.count());
    await settle();
    expect(refused.error).toMatchObject({ code: 'QUEUE_FULL', isRetryable: true, isOutcomeUnknown: false });
    expect(refused.error?.message).toContain('maxQueuedCalls (2)');
    controller.abort();
    const taken = outcome(client.count());
    await settle();
    expect(aborted.error?.code).toBe('ABORTED');
    expect(taken.isOpen).toBe(true);
  });
});

describe('a lost connection', () => {
  test('what the table calls idempotent is sent again, other calls learn that their outcome is unknown', async () => {
    const { transport, client } = start();
    await client.connect();
    const read = outcome(client.getval('a', 'b'));
    const counted = outcome(client.inc('a', 'b'));
    const written = outcome(client.setval('a', { b: 1 }));
    await settle();
    transport.hangUp(new Error('reset by peer'));
    await settle();
    expect(counted.error).toMatchObject({
      code: 'CONNECTION_LOST',
      isRetryable: false,
      isOutcomeUnknown: true,
      cause: { message: 'reset by peer' },
    });
    expect(counted.error?.message).toMatch(/INC was sent.*outcome|unknown/);
    expect(transport.writes.slice(2)).toEqual([
      [['HELLO', '3']],
      [
        ['GETVAL', 'a', 'b'],
        ['SETVAL', 'a', 'b', '1'],
      ],
    ]);
    transport.receive('$1\r\n7\r\n+OK\r\n');
    await settle();
    expect([read.value, written.value]).toEqual(['7', 'OK']);
  });

  test('half a reply is no reply', async () => {
    const { transport, client } = start();
    await client.connect();
    const call = outcome(client.inc('a', 'b'));
    await settle();
    transport.receive('$5\r\n12');
    transport.hangUp();
    await settle();
    expect(call.error).toMatchObject({ code: 'CONNECTION_LOST', cause: { message: 'the peer closed the connection' } });
  });

  test('calls that had not left are sent on the next connection, whatever they are', async () => {
    const { transport, client } = start();
    await client.connect();
    transport.isTaking = false;
    outcome(client.count());
    await settle();
    const waiting = outcome(client.inc('a', 'b'));
    transport.isTaking = true;
    transport.hangUp();
    await settle();
    expect(transport.writes.at(-1)).toEqual([['COUNT'], ['INC', 'a', 'b']]);
    expect(waiting.isOpen).toBe(true);
  });

  test('a request that ends the connection each time is given up after maxResends', async () => {
    const { transport, client } = start({ maxResends: 2 });
    await client.connect();
    const call = outcome(client.count());
    for (let i = 0; i < 3; i++) {
      await settle();
      expect(call.isOpen).toBe(true);
      transport.hangUp();
    }
    await settle();
    expect(call.error).toMatchObject({ code: 'CONNECTION_LOST', isRetryable: true });
    expect(transport.writes.flat().filter(([name]) => name === 'COUNT')).toHaveLength(3);
  });

  test('garbage closes the connection as BAD_REPLY', async () => {
    const { transport, client } = start({ reconnect: false });
    await client.connect();
    const call = outcome(client.inc('a', 'b'));
    await settle();
    transport.receive('HTTP/1.1 400 Bad Request\r\n\r\n');
    await settle();
    expect(call.error).toMatchObject({ code: 'BAD_REPLY', isOutcomeUnknown: true });
    expect(client.state).toBe('idle');
  });

  test('a reply that is too long fails its call, which is not asked for again; the others are', async () => {
    const { transport, client } = start({ maxReplyBytes: 1024 });
    await client.connect();
    const long = outcome(client.dataget('a'));
    const behind = outcome(client.count());
    await settle();
    transport.receive('$1025\r\n');
    await settle();
    expect(long.error).toMatchObject({ code: 'BAD_REPLY' });
    expect(long.error?.message).toMatch(/DATAGET.*1024/);
    expect(transport.writes.at(-1)).toEqual([['COUNT']]);
    transport.receive(':1\r\n');
    await settle();
    expect(behind.value).toBe(1);
  });

  test('a reply of the wrong shape fails its call alone', async () => {
    const { transport, client } = start();
    await client.connect();
    const wrong = outcome(client.count());
    const right = outcome(client.count());
    await settle();
    transport.receive('$1\r\nx\r\n:3\r\n');
    await settle();
    expect(wrong.error).toMatchObject({ code: 'BAD_REPLY' });
    expect(right.value).toBe(3);
  });

  test('an idle client comes back by itself, after a pause', async () => {
    const { transport, clock, client } = start();
    await client.connect();
    transport.hangUp();
    await settle();
    expect(client.state).toBe('waiting');
    await clock.advance(50);
    expect(client.state).toBe('ready');
    expect(transport.attempts).toBe(2);
  });

  test('the server’s word before it hangs up is the cause', async () => {
    const { transport, client } = start({ reconnect: false });
    await client.connect();
    const causes: Error[] = [];
    client.on('disconnected', ({ cause }) => causes.push(cause));
    transport.receive('-DENIED no\r\n');
    transport.hangUp();
    await settle();
    expect(causes).toMatchObject([{ code: 'DENIED', message: 'no' }]);
  });
});

describe('time limits and signals', () => {
  test('a call without a reply times out; its late reply is swallowed', async () => {
    const { transport, clock, client } = start({ timeoutMs: 500 });
    await client.connect();
    const slow = outcome(client.inc('a', 'b'));
    const patient = outcome(client.count({ timeoutMs: 0 }));
    await settle();
    await clock.advance(500);
    expect(slow.error).toMatchObject({ code: 'TIMEOUT', isOutcomeUnknown: true, isRetryable: false });
    transport.receive('$1\r\n1\r\n:9\r\n');
    await settle();
    expect(patient.value).toBe(9);
  });

  test('a blocking lock has its wait on top of the limit', async () => {
    const { clock, client } = start({ timeoutMs: 500 });
    await client.connect();
    const lock = outcome(client.slock('a', { waitMs: 1000 }));
    await settle();
    await clock.advance(1499);
    expect(lock.isOpen).toBe(true);
    await clock.advance(1);
    expect(lock.error?.code).toBe('TIMEOUT');
  });

  test('an aborted call that has not left is not sent', async () => {
    const { transport, client } = start();
    await client.connect();
    const controller = new AbortController();
    const call = outcome(client.inc('a', 'b', { signal: controller.signal }));
    controller.abort(new Error('page closed'));
    await settle();
    expect(call.error).toMatchObject({ code: 'ABORTED', isOutcomeUnknown: false, cause: { message: 'page closed' } });
    expect(transport.writes).toHaveLength(1);
    const late = outcome(client.inc('a', 'b', { signal: controller.signal }));
    await settle();
    expect(late.error?.code).toBe('ABORTED');
    expect(transport.writes).toHaveLength(1);
  });

  test('a sent call that is aborted says that it may be carried out', async () => {
    const { transport, client } = start();
    await client.connect();
    const controller = new AbortController();
    const call = outcome(client.inc('a', 'b', { signal: controller.signal }));
    const next = outcome(client.count());
    await settle();
    controller.abort();
    await settle();
    expect(call.error).toMatchObject({ code: 'ABORTED', isOutcomeUnknown: true });
    transport.receive('$1\r\n1\r\n:2\r\n');
    await settle();
    expect(next.value).toBe(2);
  });
});

describe('silence', () => {
  test('a silent peer is asked once, then the connection is given up', async () => {
    const { transport, clock, client } = start({ pingIntervalMs: 1000, reconnect: false });
    await client.connect();
    await clock.advance(1000);
    expect(transport.writes.at(-1)).toEqual([['PING']]);
    transport.receive('+PONG\r\n');
    await clock.advance(1000);
    await clock.advance(1000);
    expect(transport.writes.filter(([words]) => words?.[0] === 'PING')).toHaveLength(2);
    expect(client.state).toBe('ready');
    await clock.advance(1000);
    expect(client.state).toBe('idle');
  });

  test('a peer that makes a call wait for a lock may be silent', async () => {
    const { transport, clock, client } = start({ pingIntervalMs: 1000, timeoutMs: 0 });
    await client.connect();
    const lock = outcome(client.slock('a', { waitMs: 60_000 }));
    await settle();
    await clock.advance(30_000);
    expect(client.state).toBe('ready');
    transport.receive(':7\r\n');
    await settle();
    expect(lock.value).toBe(7);
  });
});

describe('closing', () => {
  test('close lets calls under way finish and takes no new ones', async () => {
    const { transport, client } = start();
    await client.connect();
    const call = outcome(client.count());
    await settle();
    const closed = outcome(client.close());
    const refused = outcome(client.count());
    await settle();
    expect(refused.error).toMatchObject({ code: 'CLOSED' });
    expect([call.isOpen, closed.isOpen]).toEqual([true, true]);
    transport.receive(':1\r\n');
    await settle();
    expect([call.value, closed.isOpen, client.state]).toEqual([1, false, 'closed']);
  });

  test('close gives up after its time limit', async () => {
    const { clock, client } = start();
    await client.connect();
    const call = outcome(client.count({ timeoutMs: 0 }));
    await settle();
    const closed = outcome(client.close({ timeoutMs: 300 }));
    await clock.advance(300);
    expect([call.error?.code, closed.isOpen, client.state]).toEqual(['CONNECTION_LOST', false, 'closed']);
  });

  test('destroy fails what is under way and what waits', async () => {
    const { transport, client } = start();
    transport.isRefusing = true;
    const call = outcome(client.count());
    await settle();
    client.destroy();
    await settle();
    expect(call.error?.code).toBe('CLOSED');
    const late = outcome(client.connect());
    await settle();
    expect(late.error?.code).toBe('CLOSED');
    await client.close();
  });

  test('a client that need not keep the process alive does so only while a call is under way', async () => {
    const { transport, client } = start({ keepsProcessAlive: false });
    await client.connect();
    expect(transport.keepsProcessAlive).toBe(false);
    const call = outcome(client.count());
    expect(transport.keepsProcessAlive).toBe(true);
    await settle();
    transport.receive(':1\r\n');
    await settle();
    expect([call.value, transport.keepsProcessAlive]).toEqual([1, false]);
  });
});
