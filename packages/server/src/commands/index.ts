// The handlers of all commands that the server answers itself, by name. A test holds this against the command table.
import type { CommandHandler } from '../command-handler.js';
import { auth } from './auth.js';
import { call } from './call.js';
import { client } from './client.js';
import { command } from './command.js';
import { config } from './config.js';
import { echo } from './echo.js';
import { events } from './events.js';
import { hello } from './hello.js';
import { info } from './info.js';
import { monitor } from './monitor.js';
import { ping } from './ping.js';
import { plugin } from './plugin.js';
import { quit } from './quit.js';
import { reset } from './reset.js';
import { select } from './select.js';
import { shutdown } from './shutdown.js';
import { slowlog } from './slowlog.js';

const handlers: readonly CommandHandler[] = [
  auth,
  call,
  client,
  command,
  config,
  echo,
  events,
  hello,
  info,
  monitor,
  ping,
  plugin,
  quit,
  reset,
  select,
  shutdown,
  slowlog,
];

export const commandHandlers: ReadonlyMap<string, CommandHandler> = new Map(
  handlers.map((handler) => [handler.spec.name, handler]),
);
