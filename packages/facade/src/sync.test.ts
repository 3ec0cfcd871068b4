// The synchronous functions, in programs of their own, built as they are shipped, as ES module and as CommonJS.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltPackage, buildPackage } from '../test/built-package.js';
import { startTestServer, type TestServer } from '../test/test-server.js';

let built: BuiltPackage;
let server: TestServer;
beforeAll(async () => {
  [built, server] = await Promise.all([buildPackage(), startTestServer()]);
});
afterAll(async () => {
  built.remove();
  await server.close();
});

/** Runs a program whose `print` collects what it prints as JSON lines; it must end by itself, in good order. */
async function values(format: 'esm' | 'cjs', program: string): Promise<unknown[]> {
  const { exitCode, output, errors } = await built.run(
    format,
    `const print = (value) => console.log(JSON.stringify(value));\n${program}`,
    { MSESSION_URL: `127.0.0.1:${server.port}` },
  );
  expect(errors).toBe('');
  expect(exitCode).toBe(0);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe.each(['esm', 'cjs'] as const)('as %s', (format) => {
  test('a page of PHP, line by line, without await; the program ends by itself', async () => {
    const program = `
      const { msession_connect, msession_create, msession_set, msession_set_array, msession_get_array, msession_inc,
        msession_lock, msession_unlock, msession_destroy, msession_count } = facade;
      print(msession_connect('127.0.0.1', ${server.port}));
      print(msession_create('sync-${format}', 'forum'));
      print(msession_set('sync-${format}', 'user', 'ada'));
      print(msession_set_array('sync-${format}', { posts: 1, list: [1] }));
      for (let i = 0; i < 100; i++) msession_inc('sync-${format}', 'posts');
      print(msession_get_array('sync-${format}'));
      const key = msession_lock('sync-${format}');
      print(typeof key);
      print(msession_unlock('sync-${format}', key));
      print(msession_destroy('sync-${format}'));
      print(msession_count());
    `;
    expect(await values(format, program)).toEqual([
      true,
      true,
      true,
      null,
      { user: 'ada', posts: '101', list: 'Array' },
      'number',
      1,
      true,
      0,
    ]);
  });

  test('values of any size and any bytes', async () => {
    const program = `
      const { createSyncFacade } = facade;
      const php = createSyncFacade({ encoding: 'buffer' });
      const large = Buffer.alloc(6_000_000, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
      print(php.msession_set_data('large', large));
      const back = php.msession_get_data('large');
      print([Buffer.isBuffer(back), back.equals(large)]);
      print(php.msession_set_array('large', new Map([['bytes', Buffer.from([0, 255])]])));
      print(Buffer.isBuffer(php.msession_get_array('large').bytes));
      print(php.msession_destroy('large'));
      php.close();
      print(php.msession_count());
    `;
    expect(await values(format, program)).toEqual([true, [true, true], null, true, true, 0]);
  });

  test('warnings are raised in the calling thread, before the function returns', async () => {
    const program = `
      const seen = [];
      facade.configureSyncFacade({ onWarning: (warning) => seen.push(warning.message) });
      print(facade.msession_destroy('nobody'));
      print(seen.splice(0).map((message) => message.split(' ').slice(0, 2).join(' ')));
      print(facade.msession_get());
      print(seen.splice(0));
      print(facade.msession_disconnect());
      print(facade.msession_count());
      print(seen.splice(0));
      print(facade.msession_connect('127.0.0.1', 1));
      print(seen.length);
    `;
    expect(await values(format, program)).toEqual([
      true,
      ['msession_destroy(): NOSESSION'],
      null,
      ['Wrong parameter count for msession_get()'],
      null,
      false,
      ['msession_count(): Msession not initialized'],
      false,
      1,
    ]);
  });

  test('a warning without a handler reaches standard error', async () => {
    const { exitCode, output, errors } = await built.run(
      format,
      `console.log(facade.msession_get('nobody', 'a', 'b'));`,
      {
        MSESSION_URL: `127.0.0.1:${server.port}`,
      },
    );
    expect([exitCode, output.trim()]).toEqual([0, 'null']);
    expect(errors).toContain('MsessionWarning: msession_get(): NOSESSION');
  });

  test('an exception of the program’s own conversion reaches the program', async () => {
    const program = `
      try {
        facade.msession_create({ toString() { throw new RangeError('mine'); } });
      } catch (error) {
        print(error.name);
      }
      print(facade.msession_count());
    `;
    expect(await values(format, program)).toEqual(['RangeError', 0]);
  });
});
