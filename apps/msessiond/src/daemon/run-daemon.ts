// The daemon's life: engine, plugins, server, ready line; then it waits to be ended, drains and closes, in that order.
import type { Engine } from '@msession/engine';
import { createServer, loadPlugins, type MsessionServer, type ServerAddresses } from '@msession/server';
import type { ReadSettings } from '../settings/read-settings.js';
import type { Settings } from '../settings/settings-schema.js';
import { version } from '../version.js';
import { watchExitSignals } from './exit-signals.js';
import { howToTry } from './how-to-try.js';
import { createLog } from './log.js';
import { notifySystemd } from './notify-systemd.js';
import { type CurrentSettings, reload } from './reload.js';
import { rewriteConfig } from './rewrite-config.js';
import { accessOptions, adminOptions, settingsFolder, tlsOptions } from './server-access.js';
import { daemonSettings, serverLimits } from './server-limits.js';
import { startFault } from './start-fault.js';
import { startEngine } from './storage.js';

export interface DaemonTerminal {
  readonly process: NodeJS.Process;
  /** Say how to try it: somebody is watching. */
  readonly isWatched: boolean;
  /** Reads and checks all settings anew, for SIGHUP. */
  readonly read: () => ReadSettings;
}

/** Runs until a signal, SHUTDOWN or a failure ends it; resolves to the exit code. */
export async function runDaemon(settings: Settings, { process, isWatched, read }: DaemonTerminal): Promise<number> {
  const log = createLog(settings, process.stderr.isTTY === true);
  const exit = watchExitSignals(process, isWatched);
  let exitCode = 0;
  const fail = (error: Error, message: string) => {
    log.fatal({ err: error }, message);
    exitCode = 1;
    exit.request('failure');
  };
  process.on('uncaughtException', (error) => fail(error, 'unexpected error; ending'));

  // while it drains nothing else may keep the process alive, and it must not fade away half-way
  const alive = setInterval(() => {}, 2 ** 30);
  let engine: Engine | undefined;
  try {
    engine = await startEngine(settings, log, exit);
    if (engine === undefined) return exitCode;
    const plugins = await loadPlugins(settings.plugin, settingsFolder(settings));
    const current: CurrentSettings = { settings };
    const [admin, tls] = [adminOptions(settings), tlsOptions(settings)];
    const server: MsessionServer = createServer({
      engine,
      plugins,
      host: settings.host,
      port: settings.port,
      ...(settings['unix-socket'] === undefined ? {} : { unixSocket: settings['unix-socket'] }),
      ...accessOptions(settings),
      ...(admin === undefined ? {} : { admin }),
      ...(tls === undefined ? {} : { tls }),
      limits: serverLimits(settings),
      settings: daemonSettings(current, log),
      showIds: settings['show-ids'],
      version,
      logger: log,
      ...(settings.config === undefined
        ? {}
        : { onConfigRewrite: async () => rewriteConfig({ server, current, file: settings.config as string, log }) }),
      onShutdownRequest: () => exit.request('SHUTDOWN'),
      onFatal: (error) => fail(error, 'a listening socket failed; ending'),
    });
    const addresses = await server.listen();
    if (!isWatched) process.on('SIGHUP', () => reload({ server, log, current, read }));
    process.stdout.write(`${readyLine(addresses)}\n`);
    await notifySystemd('READY=1', log, process.env);
    if (isWatched && addresses.tcp !== undefined) process.stderr.write(howToTry(addresses.tcp));

    const reason = await exit.requested;
    log.info({ reason }, 'ending: no new connections, finishing what was asked');
    await Promise.all([notifySystemd('STOPPING=1', log, process.env), server.close()]);
  } catch (error) {
    const line = startFault(error, settings);
    if (line === undefined) throw error;
    process.stderr.write(`msessiond: ${line}\n`);
    exitCode = 1;
  } finally {
    try {
      await engine?.close();
    } catch (error) {
      log.fatal({ err: error }, 'what changed last could not be written');
      exitCode = 1;
    }
    clearInterval(alive);
  }
  log.info({ exitCode }, 'ended');
  return exitCode;
}

/** Loads the plugins without running them, as `--check-config` does. @throws what `startFault` explains */
export async function checkPlugins(settings: Settings): Promise<void> {
  await loadPlugins(settings.plugin, settingsFolder(settings));
}

/** `ready tcp=127.0.0.1:8086 unix=/run/msession.sock admin=127.0.0.1:9086` */
export function readyLine({ tcp, tls, unixSocket, admin }: ServerAddresses): string {
  const parts = ['ready'];
  const shown = ({ host, port }: { host: string; port: number }) =>
    `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (tcp !== undefined) parts.push(`tcp=${shown(tcp)}`);
  if (tls !== undefined) parts.push(`tls=${shown(tls)}`);
  if (unixSocket !== undefined) parts.push(`unix=${unixSocket}`);
  if (admin !== undefined) parts.push(`admin=${shown(admin)}`);
  return parts.join(' ');
}
