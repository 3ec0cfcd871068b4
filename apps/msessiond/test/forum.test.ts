// The ported forum of examples/ against a real daemon with its plugin: the whole output, line by line.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DaemonProcess } from './support/daemon-process.js';
import { runProgram } from './support/run-program.js';

const example = (name: string) => fileURLToPath(new URL(`../../../examples/forum/${name}`, import.meta.url));
let daemon: DaemonProcess;

beforeAll(async () => {
  daemon = new DaemonProcess({ flags: ['--port', '0', '--plugin', example('personality.mjs'), '--log-level', 'warn'] });
  await daemon.port();
});

afterAll(async () => {
  expect(await daemon.stop()).toMatchObject({ code: 0, stderr: '' });
});

const pages = (firstVisit: number) => [
  `index.php    Welcome! Visits so far: ${firstVisit}`,
  `index.php    Welcome! Visits so far: ${firstVisit + 1}`,
  'login.php    ada is logged in for 30 minutes. Be kind to each other, ada.',
  'login.php    bob is logged in for 30 minutes. Be kind to each other, bob.',
  'who.php      On engines: ada, bob',
  'post.php     ada wrote post 1 and is now: member',
  'post.php     ada wrote post 2 and is now: member',
  'Warning:     msession_lock(): LOCKED',
  'post.php     Your other window is posting; try again.',
  'post.php     bob wrote post 1 and is now: member',
  'profile.php  board=engines posts=2 user=ada',
  'profile.php  > The engine weaves patterns.',
  'profile.php  > Just as the loom weaves flowers.',
  'who.php      On engines: ada',
  'Warning:     msession_create(): DUPSESSION',
  'room.php     Welcome to the room.',
  'logout.php   Good bye, ada. Sessions left: 1',
  'logout.php   Good bye, bob. Sessions left: 0',
];

test('runs twice: the visits go on, everything else begins anew', async () => {
  const words = [example('forum.mjs'), '127.0.0.1', String(await daemon.port())];
  for (const firstVisit of [1, 3]) {
    const { code, stdout, stderr } = await runProgram(process.execPath, words);
    expect(stdout.toString('utf8').trimEnd().split('\n')).toEqual(pages(firstVisit));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }
});

test('without a server it says what to type', async () => {
  const { code, stdout } = await runProgram(process.execPath, [example('forum.mjs'), '127.0.0.1', '1']);
  expect(code).toBe(1);
  expect(stdout.toString('utf8').trimEnd().split('\n')).toEqual([
    'Warning:     msession_connect(): CONNECT_FAILED',
    'No msession server at 127.0.0.1:1; start one with: npm start',
  ]);
});
