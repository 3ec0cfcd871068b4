// Starts the parts of the shop: msessiond, the Express application, php-fpm and nginx, each on a free port of loopback
// (or the one asked for), with their files in a folder of their own; and ends them in order.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createClient } from '@msession/client';
import { createShop } from './node/app.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const daemon = fileURLToPath(new URL('../../apps/msessiond/bin/msessiond.mjs', import.meta.url));

async function freePort() {
  const server = createNetServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The first of these commands that is installed; php-fpm has its version in its name on Debian. */
function command(names, what) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
  for (const name of names) for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name);
  throw new Error(`${what} is not installed (looked for ${names.join(', ')})`);
}

function fill(template, values) {
  return readFileSync(join(here, template), 'utf8').replace(/@([A-Z_]+)@/g, (_all, name) => String(values[name]));
}

/** Resolves when something listens there; rejects when the process that should is gone. */
async function listening(port, child, what, log = () => '') {
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`${what} ended with code ${code} before it listened ${log()}`);
  });
  gone.catch(() => {});
  const tries = async () => {
    for (;;) {
      const socket = connect(port, '127.0.0.1');
      const isThere = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket, 'error').then(() => false),
      ]).catch(() => false);
      socket.destroy();
      if (isThere) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.race([tries(), gone]);
}

/** Starts everything; answers the shop's address and how to end it. */
export async function startShop({ port = 0 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'strangler-'));
  const closing = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  const run = (file, parameters, options = {}) => {
    const child = spawn(file, parameters, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
    closing.push(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    });
    return child;
  };
  try {
    const server = run(process.execPath, [daemon, '--port', '0', '--durability', 'none', '--log-level', 'warn'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const msessionPort = await new Promise((resolve, reject) => {
      createInterface(server.stdout).on('line', (line) => {
        const match = /^ready .*\btcp=[^ ]*:(\d+)/.exec(line);
        if (match !== null) resolve(Number(match[1]));
      });
      server.once('exit', (code) =>
        reject(new Error(`msessiond ended with code ${code}; was it built (npm run build)?`)),
      );
    });

    const client = createClient({ port: msessionPort, name: 'shop' });
    closing.push(() => client.close());
    const node = createServer(createShop({ client, secret: randomBytes(32).toString('hex') }));
    node.listen(0, '127.0.0.1');
    await once(node, 'listening');
    closing.push(async () => {
      node.closeAllConnections();
      node.close();
      await once(node, 'close');
    });

    const isRoot = process.getuid?.() === 0;
    const ports = {
      PORT: port === 0 ? await freePort() : port,
      FPM_PORT: await freePort(),
      NODE_PORT: node.address().port,
      MSESSION_PORT: msessionPort,
      FOLDER: folder,
      PHP_ROOT: join(here, 'php'),
    };
    const fpmFile = join(folder, 'php-fpm.conf');
    writeFileSync(
      fpmFile,
      fill('php-fpm.conf.template', { ...ports, USER: isRoot ? 'user = root\ngroup = root' : '' }),
    );
    const fpm = run(command(['php-fpm8.2', 'php-fpm8.3', 'php-fpm8.4', 'php-fpm'], 'php-fpm'), [
      '-F',
      ...(isRoot ? ['-R'] : []),
      '-y',
      fpmFile,
    ]);
    const nginxFile = join(folder, 'nginx.conf');
    writeFileSync(nginxFile, fill('nginx.conf.template', { ...ports, USER: isRoot ? 'user root;' : '' }));
    const nginx = run(command(['nginx'], 'nginx'), ['-e', 'stderr', '-p', folder, '-c', nginxFile]);
    const fpmLog = () => readFileSync(join(folder, 'php-fpm.log'), 'utf8').trim();
    await Promise.all([listening(ports.FPM_PORT, fpm, 'php-fpm', fpmLog), listening(ports.PORT, nginx, 'nginx')]);
    return { url: `http://127.0.0.1:${ports.PORT}`, msessionPort, close };
  } catch (error) {
    await close();
    throw error;
  }
}
