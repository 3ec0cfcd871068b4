// Which server the tests run on, and what is said where it is none.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readRedisProgram, redisProgram } from './support/redis-program.js';
import { startSingleRedis } from './support/redis-single.js';

const folder = mkdtempSync(path.join(tmpdir(), 'msession-program-'));
afterAll(() => rmSync(folder, { recursive: true }));

function program(name: string, says: string, mode = 0o755): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(file, mode);
  return file;
}

test('the server that answers is the one that was chosen', async () => {
  const { product, version } = redisProgram();
  const server = await startSingleRedis();
  const field = product === 'Valkey' ? 'valkey_version' : 'redis_version';
  // where a version is taken for a newer one, its digits behind the second point stay
  expect((await server.info('server', field))?.split('.')[2]).toBe(version.split('.')[2]);
  await server.stop();
});

describe('versions differ in', () => {
  test.each([
    ['Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64', 'Redis', '6.0.16', false, false],
    ['Redis server v=6.2.14 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64', 'Redis', '6.2.14', false, true],
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', 'Redis', '7.0.15', true, true],
    ['Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', 'Valkey', '8.0.1', true, true],
  ])('%s', (says, product, version, isSince7, isSince62) => {
    expect(readRedisProgram(program('some-server', says))).toMatchObject({
      product,
      version,
      hasClusterPort: isSince7,
      hasShardedChannels: isSince7,
      hasChannelRules: isSince62,
      isSupported: isSince62,
    });
  });
});

test('clusters are made by the client beside the server, or by the one in PATH', () => {
  const server = program('valkey-server', 'Valkey server v=8.0.1 sha=0');
  expect(readRedisProgram(server).client).toBe('redis-cli');
  const client = program('valkey-cli', 'valkey-cli 8.0.1');
  expect(readRedisProgram(server).client).toBe(client);
});

describe('a file is refused by name, and with the reason, that', () => {
  test('is not there', () => {
    expect(() => readRedisProgram('/nowhere/redis-server')).toThrow(/'\/nowhere\/redis-server' .*ENOENT/);
  });

  test('may not be run', () => {
    const file = program('plain', 'Redis server v=7.0.15', 0o644);
    expect(() => readRedisProgram(file)).toThrow(new RegExp(`'${file}' .*EACCES`));
  });

  test('is another program', () => {
    const file = program('other', 'redis-cli 7.0.15');
    expect(() => readRedisProgram(file, 'MSESSION_TEST_REDIS_SERVER names it')).toThrow(
      `'${file}' (MSESSION_TEST_REDIS_SERVER names it) is no server of Redis or Valkey: it answers --version with 'redis-cli 7.0.15'`,
    );
  });
});
