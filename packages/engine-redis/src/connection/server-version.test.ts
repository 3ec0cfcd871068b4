import { describe, expect, test } from 'vitest';
import { hasShardedChannels, readServerVersion, tooOld } from './server-version.js';

/** The beginning of what INFO server answers. */
const info = (...lines: string[]) =>
  ['# Server', ...lines, 'redis_git_sha1:00000000', 'tcp_port:6379', ''].join('\r\n');

const servers = [
  { lines: ['redis_version:5.0.14'], name: 'Redis 5.0.14', isTooOld: true, isSharded: false },
  { lines: ['redis_version:6.0.16'], name: 'Redis 6.0.16', isTooOld: true, isSharded: false },
  { lines: ['redis_version:6.2.0'], name: 'Redis 6.2.0', isTooOld: false, isSharded: false },
  { lines: ['redis_version:7.0.15'], name: 'Redis 7.0.15', isTooOld: false, isSharded: true },
  { lines: ['redis_version:10.1.2'], name: 'Redis 10.1.2', isTooOld: false, isSharded: true },
  {
    lines: ['redis_version:7.2.4', 'server_name:valkey', 'valkey_version:8.0.1', 'server_mode:standalone'],
    name: 'Valkey 8.0.1',
    isTooOld: false,
    isSharded: true,
  },
];

describe.each(servers)('$name', ({ lines, name, isTooOld, isSharded }) => {
  const server = readServerVersion(info(...lines));

  test('is known by its own name and version', () => {
    expect(`${server.product} ${server.version}`).toBe(name);
  });

  test(isTooOld ? 'is too old, and what is needed is said' : 'is new enough', () => {
    expect(tooOld(server, '10.0.0.7:6379')).toBe(
      isTooOld ? `${name} at 10.0.0.7:6379 is too old: msession needs Redis 6.2 or later, or Valkey` : undefined,
    );
  });

  test(isSharded ? 'has sharded channels' : 'has no sharded channels', () => {
    expect(hasShardedChannels(server)).toBe(isSharded);
  });
});

test('a server that gives no version is let pass, without sharded channels', () => {
  const server = readServerVersion('# Server\r\nos:Linux\r\n');
  expect(tooOld(server, 'host:1')).toBeUndefined();
  expect(hasShardedChannels(server)).toBe(false);
});
