// Clients that others wrote, unmodified, for every command of the table: ioredis, node-redis, redis-cli (RESP2, RESP3) and
// phpredis. The tests are the same whatever engine stands behind the server.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Engine } from '@msession/engine';
import { commandList } from '@msession/protocol';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plugin as demo } from '../../src/demo-plugin.js';
import { createServer, type MsessionServer } from '../../src/index.js';

const run = promisify(execFile);

/** One call of each command, in an order in which they build on each other, and what text the answer holds. */
const script: readonly (readonly [words: readonly string[], answer: RegExp])[] = [
  [['CREATE', 'v', 'CLASS', 'shop', 'DATA', 'd0'], /^OK$/],
  [['CREATE', 'v'], /DUPSESSION/],
  [['COPY', 'v', 'copy'], /^OK$/],
  [['RENAME', 'copy', 'other'], /^OK$/],
  [['SETVAL', 'v', 'user', 'ada', 'n', '41'], /^OK$/],
  [['GETVAL', 'v', 'user'], /^ada$/],
  [['GETVAL', 'v', 'nothing', 'fallback'], /^fallback$/],
  [['INC', 'v', 'n'], /^42$/],
  [['ADD', 'v', 'n', '8'], /^50$/],
  [['MULDIV', 'v', 'n', '3', '2'], /^75$/],
  [['GETALL', 'v'], /user.*ada.*n.*75/s],
  [['DELVAL', 'v', 'n'], /^1$/],
  [['DATASET', 'v', 'd1'], /^OK$/],
  [['DATAGET', 'v'], /^d1$/],
  [['GETOBJECT', 'v'], /shop.*d1.*ada/s],
  [['LOCKS'], /^$/],
  [['SLOCK', 'v', 'LEASE', '60000', 'NOTE', 'here'], /^\d{16}$/],
  [['SEXTEND', 'v', '1', 'LEASE', '1000'], /NOWLOCK/],
  [['SUNLOCK', 'v', '1'], /NOWLOCK/],
  [['LOCKS'], /here/],
  [['SCANCEL', '1'], /^0$/],
  [['TIMEOUT', 'v', '100'], /^100$/],
  [['CTL', 'v', 'TTL'], /^(99|100)$/],
  [['COUNT'], /^2$/],
  [['LIST'], /other/],
  [['FIND', 'user', 'ada'], /^v$/],
  [['LISTVAR', 'user'], /v.*ada/s],
  [['SUBNEW', 'v'], /^[0-9a-f]{40}$/],
  [['SUBLIST', 'v'], /^[0-9a-f]{40}$/],
  [['UNIQ', '32'], /^[A-Za-z0-9]{32}$/],
  [['RANDSTR', '8'], /^[A-Za-z0-9]{8}$/],
  [['FLUSH', '1000'], /^0$/],
  [['PLUGIN', 'v', 'upper', 'loud'], /^LOUD$/],
  [['CALL', 'uptime'], /^\d+$/],
  [['SERIALIZE'], /^OK$/],
  [['DROPWHERE', 'user', 'nobody'], /^0$/],
  [['DROP', 'other'], /^1$/],
  [['EVENTS', 'OFF'], /^OK$|ERR/],
  [['PING'], /^PONG$/],
  [['ECHO', 'hallo'], /^hallo$/],
  [['SELECT', '0'], /^OK$/],
  [['CLIENT', 'ID'], /^\d+$/],
  [['COMMAND', 'COUNT'], new RegExp(`^${commandList.length}$`)],
  [['INFO', 'server'], /redis_version:/],
  [['CONFIG', 'GET', 'max-clients'], /max-clients.*10000/s],
  [['SLOWLOG', 'LEN'], /^\d+$/],
  [['AUTH', 'x'], /no password/],
  [['HELLO'], /msession/],
  [['RESET'], /^RESET$/],
  [['MONITOR'], /^OK$/],
  [['QUIT'], /^OK$/],
  [['SHUTDOWN'], /^OK$/],
];

/** These change what the connection is; each is tried on a connection of its own, and not by clients that hide them. */
const connectionChanging = new Set(['RESET', 'MONITOR', 'QUIT', 'HELLO', 'AUTH', 'SELECT', 'SHUTDOWN']);

/** Any client's idea of a reply, as text. */
function flat(reply: unknown): string {
  if (reply === null || reply === undefined) return '';
  if (reply instanceof Error) return reply.message;
  if (Array.isArray(reply)) return reply.map(flat).join('\n');
  if (reply instanceof Map) return [...reply].flat().map(flat).join('\n');
  if (Buffer.isBuffer(reply)) return reply.toString('utf8');
  if (typeof reply === 'object') return Object.entries(reply).flat().map(flat).join('\n');
  return String(reply);
}

/** Runs each line of standard input (a JSON list of words) through rawCommand; prints the answers as a JSON list. */
const rawCommands = `
$redis = new Redis();
$redis->connect('127.0.0.1', (int) $argv[1]);
$answers = [];
foreach (json_decode(stream_get_contents(STDIN), true) as $words) {
    try {
        $reply = $redis->rawCommand(...$words);
        // false stands for null and for -ERR; other codes are thrown
        $answers[] = $reply === false ? $redis->getLastError() : $reply;
        $redis->clearLastError();
    } catch (RedisException $refused) {
        $answers[] = $refused->getMessage();
    }
}
echo json_encode($answers);
`;

/** Registers the tests; every one has an engine of its own, without sessions. */
export function testForeignClients(makeEngine: () => Engine | Promise<Engine>): void {
  let server: MsessionServer;
  let engine: Engine;
  let port = 0;
  let shutdowns = 0;

  async function restart(): Promise<void> {
    engine = await makeEngine();
    await engine.start();
    server = createServer({ engine, port: 0, plugins: [demo], onShutdownRequest: () => shutdowns++ });
    port = (await server.listen()).tcp?.port ?? 0;
  }

  async function stop(): Promise<void> {
    await server.close({ drain: false });
    await engine.close();
  }

  test('the script calls every command of the table', () => {
    const called = new Set(script.map(([[name]]) => name));
    expect(commandList.map((spec) => spec.name).filter((name) => !called.has(name))).toEqual([]);
  });

  describe.each(['2', '3'])('redis-cli, RESP%s', (version) => {
    beforeAll(restart);
    afterAll(stop);
    test('every command', async () => {
      for (const [words, answer] of script) {
        if (words[0] === 'MONITOR') continue; // redis-cli would watch for ever; the next test feeds it by standard input
        const { stdout } = await run(
          'redis-cli',
          ['-p', String(port), `-${version}`, ...words].filter((word) => word !== '-2'),
        );
        expect(stdout.trim(), words.join(' ')).toMatch(answer);
      }
      expect(shutdowns).toBeGreaterThan(0);
    });

    test('MONITOR', async () => {
      const monitor = execFile('redis-cli', ['-p', String(port), 'MONITOR']);
      let output = '';
      let asked: Promise<unknown> | undefined;
      const seen = new Promise<void>((resolve) => {
        monitor.stdout?.on('data', (chunk: string) => {
          output += chunk;
          if (output.includes('ECHO')) resolve();
          else if (output.includes('OK')) asked ??= run('redis-cli', ['-p', String(port), 'ECHO', 'now']);
        });
      });
      await seen;
      await asked;
      monitor.kill();
      expect(output).toContain('"ECHO" "<3 bytes>"');
    });
  });

  describe.each([2, 3] as const)('node-redis, RESP%s', (version) => {
    beforeAll(restart);
    afterAll(stop);
    test('every command', async () => {
      const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP: version });
      client.on('error', () => undefined);
      await client.connect();
      for (const [words, answer] of script) {
        if (connectionChanging.has(words[0] ?? '')) continue;
        const reply = await client.sendCommand([...words]).catch((error: unknown) => error);
        expect(flat(reply), words.join(' ')).toMatch(answer);
      }
      expect(await client.ping()).toBe('PONG');
      client.destroy();
      for (const [words, answer] of script) {
        if (!connectionChanging.has(words[0] ?? '') || words[0] === 'MONITOR') continue;
        const own = createClient({
          url: `redis://127.0.0.1:${port}`,
          RESP: version,
          socket: { reconnectStrategy: false },
        });
        own.on('error', () => undefined);
        await own.connect();
        expect(flat(await own.sendCommand([...words]).catch((error: unknown) => error)), words.join(' ')).toMatch(
          answer,
        );
        own.destroy();
      }
      const lines: string[] = [];
      const watcher = createClient({ url: `redis://127.0.0.1:${port}`, RESP: version });
      await watcher.connect();
      let seen: () => void = () => undefined;
      const line = new Promise<void>((resolve) => {
        seen = resolve;
      });
      await watcher.monitor((reply) => {
        lines.push(String(reply));
        seen();
      });
      await run('redis-cli', ['-p', String(port), 'COUNT']);
      await line;
      expect(lines[0]).toContain('"COUNT"');
      watcher.destroy();
    });
  });

  describe('ioredis', () => {
    beforeAll(restart);
    afterAll(stop);
    test('every command, with its ready check', async () => {
      const client = new Redis({ port, host: '127.0.0.1' });
      await new Promise<void>((resolve) => client.once('ready', () => resolve()));
      for (const [words, answer] of script) {
        const [name, ...rest] = words;
        if (name === undefined || connectionChanging.has(name)) continue;
        const reply = await client.call(name, ...rest).catch((error: unknown) => error);
        expect(flat(reply), words.join(' ')).toMatch(answer);
      }
      const piped = await client
        .pipeline()
        .call('CREATE', 'p')
        .call('SETVAL', 'p', 'x', '1')
        .call('GETVAL', 'p', 'x')
        .exec();
      expect(piped?.map(([error, reply]) => error ?? reply)).toEqual(['OK', 'OK', '1']);
      client.disconnect();
      for (const [words, answer] of script) {
        const [name, ...rest] = words;
        if (name === undefined || !connectionChanging.has(name) || name === 'MONITOR') continue;
        const own = new Redis({ port, host: '127.0.0.1', retryStrategy: () => null });
        await new Promise<void>((resolve) => own.once('ready', () => resolve()));
        expect(flat(await own.call(name, ...rest).catch((error: unknown) => error)), words.join(' ')).toMatch(answer);
        own.disconnect();
      }
      const watched = await new Redis({ port, host: '127.0.0.1' }).monitor();
      const line = new Promise<readonly string[]>((resolve) =>
        watched.once('monitor', (_time, words) => resolve(words)),
      );
      await run('redis-cli', ['-p', String(port), 'COUNT']);
      expect(await line).toEqual(['COUNT']);
      watched.disconnect();
    });
  });

  describe("phpredis's rawCommand", () => {
    beforeAll(restart);
    afterAll(stop);
    test('every command that leaves the connection as it is', async () => {
      const lines = script.filter(([[name]]) => !connectionChanging.has(name ?? ''));
      const php = run('php', ['-d', 'display_errors=stderr', '-r', rawCommands, '--', String(port)]);
      php.child.stdin?.end(JSON.stringify(lines.map(([words]) => words)));
      const answers: unknown[] = JSON.parse((await php).stdout);
      expect(answers).toHaveLength(lines.length);
      for (const [i, [words, answer]] of lines.entries()) {
        // phpredis answers true for +OK and for other status replies
        const text = answers[i] === true ? (words[0] === 'PING' ? 'PONG' : 'OK') : flat(answers[i]);
        expect(text, words.join(' ')).toMatch(answer);
      }
    });
  });
}
