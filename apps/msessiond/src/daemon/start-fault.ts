// Why a daemon with good settings could not start, as the one line that its user sees.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { StoreFault } from '@msession/engine';
import { ListenFault, PluginFault } from '@msession/server';
import { environmentName } from '../settings/environment-settings.js';
import type { SettingName, Settings } from '../settings/settings-schema.js';
import { isOnRedis } from './storage.js';

/** The line for a fault of starting, or undefined when the error is none that a user could have caused. */
export function startFault(error: unknown, settings: Settings): string | undefined {
  if (error instanceof PluginFault) return `${error.message} (setting plugin)`;
  if (error instanceof StoreFault) return `${error.message} (setting ${isOnRedis(settings) ? 'engine' : 'data-dir'})`;
  if (!(error instanceof ListenFault)) return undefined;
  if (error.code === 'PROTECTED') return `${error.message} (settings password and host)`;
  if (error.code === 'ADMIN_PROTECTED') return `${error.message} (settings admin-token and admin-host)`;
  const { host, port } = settingsOf(error.address, settings);
  switch (error.code) {
    case 'EADDRINUSE':
      return `${error.address} is taken by another process: stop that one, or ${howToChange(port)}`;
    case 'EACCES':
      // what the system says, too, of a path that leads nowhere
      if (port === 'unix-socket' && !existsSync(path.dirname(error.address)))
        return `there is no folder ${path.dirname(error.address)} for the Unix socket: make it, or ${howToChange(port)}`;
      return `no permission to listen on ${error.address}: ${howToChange(port)}`;
    case 'EADDRNOTAVAIL':
      return `this machine has no address ${settings[host]}: ${howToChange(host)}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name ${settings[host]} has no address: ${howToChange(host)}`;
    default:
      return `${error.message} (setting ${host === port ? port : `${host} or ${port}`})`;
  }
}

/** The settings that named an address. */
function settingsOf(address: string, settings: Settings): { readonly host: SettingName; readonly port: SettingName } {
  if (address === settings['unix-socket']) return { host: 'unix-socket', port: 'unix-socket' };
  if (address === `${settings['admin-host']}:${settings['admin-port']}`)
    return { host: 'admin-host', port: 'admin-port' };
  if (address === `${settings['tls-host'] ?? settings.host}:${settings['tls-port']}`)
    return { host: settings['tls-host'] === undefined ? 'host' : 'tls-host', port: 'tls-port' };
  return { host: 'host', port: 'port' };
}

function howToChange(name: SettingName): string {
  if (name === 'unix-socket') return 'change setting unix-socket';
  const hint = name.endsWith('port') ? '; 0 takes a free one' : '';
  return `change setting ${name} (--${name} or ${environmentName(name)}${hint})`;
}
