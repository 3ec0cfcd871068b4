// What deploy/ promises is what the daemon takes: settings, flags, variables and the health check.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DaemonProcess, runToEnd } from './support/daemon-process.js';
import { runProgram } from './support/run-program.js';

const folder = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');

test('the settings file is good, with its examples, too', async () => {
  expect(await runToEnd({ flags: ['--check-config', '--config', path.join(folder, 'msession.toml')] })).toMatchObject({
    code: 0,
  });
  const scratch = mkdtempSync(path.join(tmpdir(), 'msessiond-'));
  try {
    const { stdout } = await runProgram(
      process.execPath,
      [fileURLToPath(new URL('../bin/msession.mjs', import.meta.url)), 'hash-password', '--cost', '10'],
      { input: 'x\n' },
    );
    const hash = stdout.toString('utf8').trim();
    const all = read('msession.toml')
      .replaceAll(/^# (?=\w[\w-]* = |\[)/gm, '')
      .replaceAll(/^host = "127.*\n/gm, '')
      .replaceAll(/^tls-.*\n/gm, '')
      .replaceAll(/"\$scrypt\$.*"/g, `"${hash}"`);
    expect(all).toContain('\n[users.operator]\n');
    const file = path.join(scratch, 'msession.toml');
    writeFileSync(file, all);
    expect(await runToEnd({ flags: ['--check-config', '--config', file] })).toMatchObject({ code: 0, stderr: '' });
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

test('the unit starts the daemon by flags that there are', async () => {
  const start = /^ExecStart=\/usr\/bin\/env msessiond (.*)$/m.exec(read('msessiond.service'))?.[1] ?? '';
  const flags = start
    .replace('/etc/msession/msession.toml', path.join(folder, 'msession.toml'))
    .replace(/\$\{STATE_DIRECTORY\}/, tmpdir())
    .split(' ');
  expect(flags.length).toBeGreaterThan(3);
  expect(await runToEnd({ flags: [...flags, '--check-config'] })).toMatchObject({ code: 0, stderr: '' });
});

test('the container: its variables are settings, without a password it does not start, its health check is right', async () => {
  const text = read('Containerfile').replaceAll(/^#.*\n/gm, '');
  const environment = Object.fromEntries(
    [...text.matchAll(/(MSESSION_[A-Z_]+)=([^\s\\]+)/g)].map(([, name, value]) => [name, value]),
  ) as Record<string, string>;
  expect(Object.keys(environment)).toContain('MSESSION_ADMIN_PORT');
  const scratch = mkdtempSync(path.join(tmpdir(), 'msessiond-'));
  const here = {
    ...environment,
    MSESSION_DATA_DIR: path.join(scratch, 'store'),
    MSESSION_ADMIN_PORT: '0',
    MSESSION_PORT: '0',
  };
  try {
    expect((await runToEnd({ environment: here })).stderr).toContain('without a password');
    const daemon = new DaemonProcess({ environment: { ...here, MSESSION_PASSWORD: 'a long one' } });
    try {
      await daemon.port();
      const admin = /\badmin=\S+:(\d+)/.exec(daemon.stdout)?.[1] ?? '';
      const [program = '', ...words] = JSON.parse(/CMD (\[.*\])/.exec(text)?.[1] ?? '[]') as string[];
      const check = (port: string) =>
        runProgram(
          program,
          words.map((word) => word.replace('9086', port)),
        );
      expect((await check(admin)).code).toBe(0);
      expect((await check('1')).code).toBe(1);
    } finally {
      await daemon.stop();
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
