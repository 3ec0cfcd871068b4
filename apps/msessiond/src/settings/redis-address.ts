// Where an engine on Redis or Valkey is, as one text: what `--engine` takes beside `embedded`. URL cannot read several
// hosts, so this reads them itself; messages never show the text, which may hold a password.

export interface RedisAddress {
  readonly topology: 'single' | 'sentinel' | 'cluster';
  readonly isEncrypted: boolean;
  /** At least one; of Sentinels or cluster nodes as many as are known. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly username?: string;
  readonly password?: string;
  /** What Sentinels call the servers they watch. */
  readonly masterName?: string;
  /** Number of the database; a cluster has 0 only. */
  readonly database: number;
  /** What all keys and channels begin with; undefined is the engine's own. */
  readonly prefix?: string;
}

/** What an address must look like, as the end of a sentence. */
export const redisAddressForms =
  'redis://[user:password@]host[:port][/database], redis+sentinel://host[:port],…/master[/database] or redis+cluster://host[:port],…; rediss instead of redis for TLS; ?prefix=text at the end';

const form = /^(rediss?)(\+sentinel|\+cluster)?:\/\/(.*)$/s;
const schemes: Readonly<Record<string, RedisAddress['topology']>> = {
  '': 'single',
  '+sentinel': 'sentinel',
  '+cluster': 'cluster',
};
const hostForm = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/;

/** The text without user and password, for logs and pages; anything that could hold one is cut away. */
export function withoutPassword(text: string): string {
  return text.replace(/^([a-z+]*:?\/*).*@/is, '$1***@');
}

/** Whether a text wants to be such an address, right or wrong. */
export function isRedisAddress(text: string): boolean {
  return form.test(text);
}

/** @throws Error whose message says what is wrong, without the text itself */
export function parseRedisAddress(text: string): RedisAddress {
  const [, scheme = '', kind = '', rest = ''] = form.exec(text) ?? fail(`it must be ${redisAddressForms}`);
  const topology = schemes[kind] ?? 'single';
  const [beforeQuery = '', query = '', ...more] = rest.split('?');
  if (more.length > 0 || query.includes('@')) fail('a "?" in a user name or password is written %3F');
  const at = beforeQuery.lastIndexOf('@');
  const user = at < 0 ? undefined : beforeQuery.slice(0, at);
  const [authority = '', ...path] = beforeQuery.slice(at + 1).split('/');
  if (user?.includes('/') === true) fail('a "/" in a user name or password is written %2F');

  const hosts = authority.split(',').map((host) => parseHost(host, topology));
  if (topology === 'single' && hosts.length > 1)
    fail('several hosts are Sentinels (redis+sentinel://) or nodes of a cluster (redis+cluster://)');
  return {
    topology,
    isEncrypted: scheme === 'rediss',
    hosts,
    ...parseUser(user),
    ...parsePath(path, topology),
    ...parseQuery(query),
  };
}

function parseHost(text: string, topology: RedisAddress['topology']): { host: string; port: number } {
  const [, bracketed, plain, portText] = hostForm.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined)
    return fail('a host is a name, an address, or an IPv6 address in brackets, with or without :port');
  const port = portText === undefined ? (topology === 'sentinel' ? 26_379 : 6379) : Number(portText);
  if (port < 1 || port > 65_535) fail(`a port is a number from 1 to 65535, not ${port}`);
  return { host, port };
}

function parseUser(text: string | undefined): Pick<RedisAddress, 'username' | 'password'> {
  if (text === undefined) return {};
  const colon = text.indexOf(':');
  if (colon < 0) fail('in front of @ stand user:password, or :password alone');
  const [username, password] = [decode(text.slice(0, colon)), decode(text.slice(colon + 1))];
  if (password === '') fail('the password in front of @ is empty');
  return { password, ...(username === '' ? {} : { username }) };
}

function parsePath(path: readonly string[], topology: RedisAddress['topology']) {
  const words = [...path];
  const masterName = topology === 'sentinel' ? decode(words.shift() ?? '') : undefined;
  if (masterName === '') fail('behind the Sentinels stands the name of the master they watch: /mymaster');
  const databaseText = words.shift() ?? '';
  if (words.length > 0) fail('behind the database comes nothing more');
  if (!/^\d{0,5}$/.test(databaseText)) fail('a database is a number');
  const database = Number(databaseText);
  if (topology === 'cluster' && database !== 0)
    fail('a cluster has database 0 only; tenants are told apart by ?prefix=');
  return { database, ...(masterName === undefined ? {} : { masterName }) };
}

function parseQuery(text: string): Pick<RedisAddress, 'prefix'> {
  if (text === '') return {};
  const parts = text.split('&').map((part) => part.split('=', 2));
  const unknown = parts.find(([name]) => name !== 'prefix');
  if (unknown !== undefined || parts.length > 1) fail('behind ? there is one parameter only, prefix=text');
  const prefix = decode(parts[0]?.[1] ?? '');
  if (!/^[\w.:-]{1,64}$/.test(prefix)) fail('a prefix is 1 to 64 letters, digits or any of . : _ -');
  return { prefix };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail('a "%" in a user name or password is written %25');
  }
}

function fail(message: string): never {
  throw new Error(message);
}
