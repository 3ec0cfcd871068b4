// Sessions side by side, in one run on one machine: this package against phpredis with locking, php-memcached and PHP's
// files handler. Rounds alternate between the handlers; the median of the rounds counts. Writes
// docs/benchmarks/php-sessions.md. `node packages/php/bench/run.mjs [--rounds 5] [--cycles 3000]`
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { cpus, tmpdir, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startDaemon } from '../test/daemon.mjs';

const flag = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const rounds = flag('rounds', 5);
const cycles = flag('cycles', 3000);
const processes = 8;
const contestCycles = 500;
const holdMicroseconds = 1000;
const clientFile = fileURLToPath(new URL('client.php', import.meta.url));
const reportFile = fileURLToPath(new URL('../../../docs/benchmarks/php-sessions.md', import.meta.url));

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(socket.destroy() !== undefined));
    socket.on('error', () => resolve(false));
  });

async function startServer(command, args, port) {
  const child = spawn(command, args, { stdio: 'ignore' });
  process.on('exit', () => child.kill('SIGKILL'));
  for (let tries = 0; tries < 400 && !(await answers(port)); tries++) await new Promise((next) => setTimeout(next, 10));
  return child;
}

const redisTuned = { 'redis.session.locking_enabled': 1, 'redis.session.lock_retries': -1 };
const memcachedTuned = {
  'memcached.sess_lock_wait_min': 1,
  'memcached.sess_lock_wait_max': 1,
  'memcached.sess_lock_retries': 100000,
};

function runClient({ handler, path, ini = {} }, count, hold, session, startAt) {
  const settings = Object.entries({ 'opcache.enable_cli': 1, ...ini }).flatMap(([name, value]) => [
    '-d',
    `${name}=${value}`,
  ]);
  const child = spawn('php', [...settings, clientFile, handler, path, String(count), String(hold), session], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BENCH_START: String(startAt) },
  });
  let output = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  return new Promise((resolve, reject) => {
    child.on('close', () => {
      try {
        resolve(JSON.parse(output));
      } catch {
        reject(new Error(`${handler}: the client printed no result: ${output.slice(0, 200)}`));
      }
    });
  });
}

let sessions = 0;
const newSession = () => `bench${process.pid}x${++sessions}`.padEnd(32, '0');

async function measureCycles(contender) {
  const { began, ended, waits } = await runClient(contender, cycles, 0, newSession(), 0);
  return waits.length / ((ended - began) / 1e9);
}

async function measureContest(contender) {
  const session = newSession();
  const startAt = Date.now() / 1000 + 2;
  const results = await Promise.all(
    Array.from({ length: processes }, () => runClient(contender, contestCycles, holdMicroseconds, session, startAt)),
  );
  const waits = results.flatMap((one) => one.waits).sort((a, b) => a - b);
  const holds = results.flatMap((one) => one.holds);
  const sum = (list) => list.reduce((total, one) => total + one, 0);
  const at = (part) => waits[Math.min(waits.length - 1, Math.floor(part * waits.length))] / 1e6;
  const wall = (Math.max(...results.map((one) => one.ended)) - Math.min(...results.map((one) => one.began))) / 1e9;
  return {
    p50: at(0.5),
    p99: at(0.99),
    wall,
    holdSum: sum(holds) / 1e9,
    ideal: ((processes - 1) * (sum(holds) / holds.length)) / 1e6,
    failed: sum(results.map((one) => one.failed)),
    lost: waits.length - Math.max(...results.map((one) => one.count)),
  };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const spread = (list) =>
  `${Math.round(Math.min(...list)).toLocaleString('en')}–${Math.round(Math.max(...list)).toLocaleString('en')}`;
const text = (command, args) => spawnSync(command, args, { encoding: 'utf8' }).stdout.trim().split('\n')[0];

function report(single, contests) {
  const redis = single.get('phpredis, locking on');
  // round by round, since other work on the machine comes and goes
  const ratio = (list) => median(list.map((one, round) => one / redis[round]));
  const singleRows = [...single].map(
    ([name, list]) =>
      `| ${name} | ${Math.round(median(list)).toLocaleString('en')} | ${spread(list)} | ${ratio(list).toFixed(2)} |`,
  );
  const contestRows = [...contests].map(
    ([name, one]) =>
      `| ${name} | ${one.p50.toFixed(1)} | ${one.p99.toFixed(1)} | ${one.ideal.toFixed(1)} | ${one.wall.toFixed(2)} | ${one.holdSum.toFixed(2)} | ${(one.wall / one.holdSum).toFixed(2)} | ${one.failed} | ${one.lost} |`,
  );
  return `# PHP sessions, side by side

One run, ${new Date().toISOString().slice(0, 10)}, by \`node packages/php/bench/run.mjs --rounds ${rounds} --cycles ${cycles}\`, on ${cpus().length} × ${cpus()[0].model.trim()},
${Math.round(totalmem() / 2 ** 30)} GiB. ${text('php', ['-v'])}; ${text('redis-server', ['--version']).split(' sha')[0]}; ${text('memcached', ['--version'])};
php-redis ${text('php', ['-r', 'echo phpversion("redis");'])}, php-memcached ${text('php', ['-r', 'echo phpversion("memcached");'])}; Node ${process.version}. All on the loopback, persistent
connections, opcache on as in php-fpm, 50 cycles of each process not counted.

## One client

Whole cycles a second: open, lock, read, change, write, unlock. Median of ${rounds} alternating rounds of ${cycles} cycles, after one that does not
count, and their range; the last column is the median of the rounds' own ratios.

| handler | cycles a second | range | against phpredis |
| --- | --- | --- | --- |
${singleRows.join('\n')}

## Eight processes, one session

${processes} processes of ${contestCycles} cycles each on one session, held for ${holdMicroseconds / 1000} ms (\`usleep\`). Waits in milliseconds, of all processes
together. *Ideal* is ${processes - 1} times the mean measured hold: what everybody waits in a perfect queue. *Failed* are \`session_start()\` calls
that gave up; *lost* are increments that another overwrote.

| handler | median wait | 99th percentile | ideal | wall time, s | sum of holds, s | wall / holds | failed | lost |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${contestRows.join('\n')}

*Tuned* phpredis retries for ever (every 2 ms); tuned php-memcached retries every millisecond. The files handler works on one
machine only.
`;
}

async function main() {
  const folder = mkdtempSync(`${tmpdir()}/msession-bench-`);
  const [redisPort, memcachedPort] = [await freePort(), await freePort()];
  const redis = await startServer(
    'redis-server',
    ['--port', redisPort, '--save', '', '--appendonly', 'no', '--dir', folder],
    redisPort,
  );
  const memcached = await startServer(
    'memcached',
    ['-p', memcachedPort, '-l', '127.0.0.1', '-u', 'root'],
    memcachedPort,
  );
  const plain = await startDaemon(['--log-level', 'silent', '--durability', 'none']);
  const daemons = [plain];
  const contenders = new Map([['msession, durability none', { handler: 'msession', path: plain.address }]]);
  try {
    const durable = await startDaemon([
      '--log-level',
      'silent',
      '--durability',
      'interval',
      '--data-dir',
      `${folder}/data`,
    ]);
    daemons.push(durable);
    contenders.set('msession, durability interval', { handler: 'msession', path: durable.address });
  } catch (error) {
    process.stderr.write(`durability interval is not measured: ${error.message}\n`);
  }
  const redisPath = `tcp://127.0.0.1:${redisPort}?persistent=1`;
  const memcachedPath = `127.0.0.1:${memcachedPort}`;
  const memcachedPersistent = { 'memcached.sess_persistent': 1 };
  const files = { handler: 'files', path: folder };
  contenders.set('phpredis, locking on', { handler: 'redis', path: redisPath, ini: redisTuned });
  contenders.set('php-memcached', { handler: 'memcached', path: memcachedPath, ini: memcachedPersistent });
  contenders.set('files', files);
  try {
    const single = new Map([...contenders.keys()].map((name) => [name, []]));
    // one round that does not count: servers and disks are cold
    for (const contender of contenders.values()) await measureCycles(contender);
    for (let round = 0; round < rounds; round++) {
      for (const [name, contender] of contenders) single.get(name).push(await measureCycles(contender));
    }
    const contests = new Map();
    const redisDefault = { handler: 'redis', path: redisPath, ini: { 'redis.session.locking_enabled': 1 } };
    for (const [name, contender] of [
      ...[...contenders].filter(([name]) => name.startsWith('msession')),
      ['phpredis, default', redisDefault],
      ['phpredis, tuned', contenders.get('phpredis, locking on')],
      ['php-memcached, default', contenders.get('php-memcached')],
      [
        'php-memcached, tuned',
        { handler: 'memcached', path: memcachedPath, ini: { ...memcachedPersistent, ...memcachedTuned } },
      ],
      ['files', files],
    ]) {
      contests.set(name, await measureContest(contender));
    }
    const page = report(single, contests);
    mkdirSync(fileURLToPath(new URL('.', `file://${reportFile}`)), { recursive: true });
    writeFileSync(reportFile, page);
    process.stdout.write(page);
  } finally {
    for (const daemon of daemons) await daemon.stop();
    redis.kill('SIGKILL');
    memcached.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
