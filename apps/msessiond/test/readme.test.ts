// What the README shows is what happens: its commands and programs run here, in order, against one daemon.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DaemonProcess } from './support/daemon-process.js';
import { runProgram } from './support/run-program.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readme = readFileSync(`${root}/README.md`, 'utf8');
let daemon: DaemonProcess;
let port: number;

beforeAll(async () => {
  daemon = new DaemonProcess({ flags: ['--port', '0'] });
  port = await daemon.port();
});

afterAll(async () => {
  await daemon.stop();
});

interface Example {
  readonly name: string;
  readonly program: string;
  readonly words: readonly string[];
  readonly output: string;
}

/** Every line behind `$ ` with what it prints, and every program with the text block behind it. */
function examples(): Example[] {
  const blocks = [...readme.matchAll(/^```(console|js|php|text)\n([\s\S]*?)^```/gm)].map(([, kind, text]) => ({
    kind: kind as string,
    text: text as string,
  }));
  return blocks.flatMap(({ kind, text }, index): Example[] => {
    if (kind === 'console')
      return text
        .split(/^\$ /m)
        .slice(1)
        .map((part) => {
          const [command = '', ...lines] = part.split('\n');
          // a terminal's form of the replies, as the reader sees them
          const typed = command.replace(/^redis-cli/, 'redis-cli --no-raw');
          return { name: command, program: 'sh', words: ['-c', typed], output: lines.join('\n') };
        });
    if (kind === 'text') return [];
    const output = blocks[index + 1]?.kind === 'text' ? (blocks[index + 1]?.text as string) : '';
    return kind === 'js'
      ? [{ name: 'the Node program', program: process.execPath, words: ['--input-type=module', '-e', text], output }]
      : [{ name: 'the PHP program', program: 'php', words: ['-r', text.replace('<?php\n', '')], output }];
  });
}

test('there are examples for redis-cli, Node, PHP and the command line', () => {
  expect(examples().map(({ name }) => name.split(' ').slice(0, 2).join(' '))).toEqual(
    expect.arrayContaining(['redis-cli -p', 'the Node', 'the PHP', 'npx msession']),
  );
});

// in order: each stands on what the ones before it left
test.each(examples())('$name', async ({ program, words, output }) => {
  const here = words.map((word) => word.replaceAll('8086', String(port)));
  const { code, stdout, stderr } = await runProgram(program, here, {
    cwd: root,
    environment: { MSESSION_URL: `msession://127.0.0.1:${port}` },
  });
  expect(stderr.replaceAll(/^npm warn .*\n/gm, '')).toBe('');
  expect(stdout.toString('utf8').trimEnd()).toBe(output.trimEnd());
  expect(code).toBe(0);
});

test('the lines that npm start prints to try work as they stand', async () => {
  const started = new DaemonProcess({ flags: ['--port', '0'], environment: { npm_lifecycle_event: 'start' } });
  try {
    await started.until(({ stderr }) => stderr.includes('Ctrl-C stops it.'));
    const outputs: string[] = [];
    for (const [, line = ''] of started.stderr.matchAll(/^ {2}(\S.*)$/gm)) {
      const { code, stdout } = await runProgram('sh', ['-c', line], { cwd: root });
      expect([line, code]).toEqual([line, 0]);
      outputs.push(stdout.toString('utf8').trim());
    }
    expect(outputs).toEqual(['OK', '1', 'OK', 'ada', 'ada']);
  } finally {
    await started.stop();
  }
});
