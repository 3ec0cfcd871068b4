// Why a daemon with good settings could not start, as the one line that its user sees.
import { StoreFault } from '@msession/engine';
import { ListenFault, PluginFault } from '@msession/server';
import type { Settings } from '../settings/settings-schema.js';

const portSetting = 'change setting port (--port or MSESSION_PORT; 0 takes a free one)';
const hostSetting = 'change setting host (--host or MSESSION_HOST)';

/** The line for a fault of starting, or undefined when the error is none that a user could have caused. */
export function startFault(error: unknown, settings: Settings): string | undefined {
  if (error instanceof PluginFault) return `${error.message} (setting plugin)`;
  if (error instanceof StoreFault) return `${error.message} (setting data-dir)`;
  if (!(error instanceof ListenFault)) return undefined;
  const isSocket = error.address === settings['unix-socket'];
  switch (error.code) {
    case 'EADDRINUSE':
      return isSocket
        ? `${error.address} is taken by another process: stop that one, or change setting unix-socket`
        : `${error.address} is taken by another process: stop that one, or ${portSetting}`;
    case 'EACCES':
      return `no permission to listen on ${error.address}: ${isSocket ? 'change setting unix-socket' : portSetting}`;
    case 'EADDRNOTAVAIL':
      return `this machine has no address ${settings.host}: ${hostSetting}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name ${settings.host} has no address: ${hostSetting}`;
    case 'PROTECTED':
      return `${error.message} (settings password and host)`;
    default:
      return `${error.message} (setting ${isSocket ? 'unix-socket' : 'host or port'})`;
  }
}
