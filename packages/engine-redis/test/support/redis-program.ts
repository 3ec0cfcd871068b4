// The server that tests run on: Debian's redis-server, or the executable that MSESSION_TEST_REDIS_SERVER names, of any version
// of Redis or Valkey; and what goes with it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

export const serverVariable = 'MSESSION_TEST_REDIS_SERVER';

export interface RedisProgram {
  /** What to run: a path, or a name that is looked for in PATH. */
  readonly server: string;
  /** The command line client that makes clusters: the one beside the server where there is one, else the one in PATH. */
  readonly client: string;
  readonly product: 'Redis' | 'Valkey';
  /** As the server says it. */
  readonly version: string;
  /** Whether the port of a cluster's bus can be chosen; it is 10,000 above the other where it cannot. */
  readonly hasClusterPort: boolean;
  /** Whether messages can stay with the node of a slot. */
  readonly hasShardedChannels: boolean;
  /** Whether users have rules for channels. */
  readonly hasChannelRules: boolean;
  /** Whether the engine takes it: tests of an older one say what it lacks. */
  readonly isSupported: boolean;
}

/** @throws Error that says what is wrong with the file */
export function readRedisProgram(server: string, named = 'the tests need it'): RedisProgram {
  const { stdout, stderr, error } = spawnSync(server, ['--version'], { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`cannot run '${server}' (${named}): ${error.message}`);
  const [, product, version] = /^(Redis|Valkey) server v=(\S+)/.exec(stdout) ?? [];
  if (version === undefined)
    throw new Error(
      `'${server}' (${named}) is no server of Redis or Valkey: it answers --version with '${(stdout || stderr).trim().slice(0, 200)}'`,
    );
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isSince62 = major > 6 || (major === 6 && minor >= 2);
  const beside = ['redis-cli', 'valkey-cli'].map((name) => path.join(path.dirname(server), name));
  return {
    server,
    client: beside.find((file) => server.includes('/') && existsSync(file)) ?? 'redis-cli',
    product: product as 'Redis' | 'Valkey',
    version,
    hasClusterPort: major >= 7,
    hasShardedChannels: major >= 7,
    hasChannelRules: isSince62,
    isSupported: isSince62,
  };
}

let known: RedisProgram | undefined;

/** The server of this run of tests. */
export function redisProgram(): RedisProgram {
  const named = process.env[serverVariable];
  known ??= named ? readRedisProgram(named, `${serverVariable} names it`) : readRedisProgram('redis-server');
  return known;
}
