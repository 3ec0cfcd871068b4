// Tells systemd (Type=notify) that the daemon is ready or ends. The socket it names is a datagram socket, which Node
// cannot open, so its own small program tells it.
import { execFile } from 'node:child_process';
import type { Logger } from 'pino';

/** Does nothing where no service manager asks. Resolves when it was told. */
export function notifySystemd(
  state: 'READY=1' | 'STOPPING=1',
  log: Logger,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  if (environment.NOTIFY_SOCKET === undefined || environment.NOTIFY_SOCKET === '') return Promise.resolve();
  return new Promise((resolve) => {
    execFile('systemd-notify', [`--pid=${process.pid}`, state], { timeout: 5000 }, (error) => {
      if (error !== null)
        log.warn({ reason: error.message.split('\n')[0] }, 'systemd could not be told; is systemd-notify installed?');
      resolve();
    });
  });
}
