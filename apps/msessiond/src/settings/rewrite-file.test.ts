import { expect, test } from 'vitest';
import { rewriteToml } from './rewrite-file.js';

const changes = (values: Record<string, string>) => new Map(Object.entries(values));

test('a value is changed on its line; comments, order, spacing and everything else stay', () => {
  const text = [
    '# the farm',
    'max-clients = 100   # per machine # really',
    '  "evict"="none"',
    "log-level = 'info' # quiet",
    'plugin = [',
    '  "./a.mjs", # max-clients = 5',
    ']',
    '',
    '[users.ada]',
    'rights = ["read"]',
    '',
  ].join('\n');
  expect(rewriteToml(text, changes({ 'max-clients': '250', evict: 'lru', 'log-level': 'debug' }))).toBe(
    text
      .replace('= 100 ', '= 250 ')
      .replace('"evict"="none"', '"evict"="lru"')
      .replace("'info' # quiet", '"debug" # quiet'),
  );
});

test('a setting that is not there is put before the first table, once marked', () => {
  const once = rewriteToml('port = 1\n\n[users.ada]\nrights = []\n', changes({ 'max-waiters': '7' }));
  expect(once).toBe('port = 1\n\n# written by CONFIG REWRITE\nmax-waiters = 7\n\n[users.ada]\nrights = []\n');
  const twice = rewriteToml(once, changes({ 'max-clients': '8', 'max-waiters': '9' }));
  expect(twice).toBe(
    'port = 1\n\n# written by CONFIG REWRITE\nmax-waiters = 9\nmax-clients = 8\n\n[users.ada]\nrights = []\n',
  );
});

test('an empty file, one without its last line break, and one with CRLF are written well', () => {
  expect(rewriteToml('', changes({ evict: 'ttl' }))).toBe('# written by CONFIG REWRITE\nevict = "ttl"\n');
  expect(rewriteToml('port = 1', changes({ port: '2' }))).toBe('port = 2');
  expect(rewriteToml('port = 1\r\nevict = "none"\r\n', changes({ evict: 'lru' }))).toBe(
    'port = 1\r\nevict = "lru"\r\n',
  );
});

test('what cannot be changed without touching more is refused', () => {
  const text = 'host = """\nmax-clients = 3\n"""\nmax-clients = 5\n';
  expect(() => rewriteToml(text, changes({ 'max-clients': '6' }))).toThrow(/edit it by hand/);
});
