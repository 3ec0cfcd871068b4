// The command table: every command, in the order of the reference page. The position of a command is its index,
// by which dispatch tables are filled.
import type { CommandSpec } from '../command-spec.js';
import { addCommand } from './add.js';
import { authCommand } from './auth.js';
import { callCommand } from './call.js';
import { clientCommand } from './client.js';
import { commandCommand } from './command.js';
import { configCommand } from './config.js';
import { copyCommand } from './copy.js';
import { countCommand } from './count.js';
import { createCommand } from './create.js';
import { ctlCommand } from './ctl.js';
import { datagetCommand } from './dataget.js';
import { datasetCommand } from './dataset.js';
import { delvalCommand } from './delval.js';
import { dropCommand } from './drop.js';
import { dropwhereCommand } from './dropwhere.js';
import { echoCommand } from './echo.js';
import { eventsCommand } from './events.js';
import { findCommand } from './find.js';
import { flushCommand } from './flush.js';
import { getallCommand } from './getall.js';
import { getobjectCommand } from './getobject.js';
import { getvalCommand } from './getval.js';
import { helloCommand } from './hello.js';
import { incCommand } from './inc.js';
import { infoCommand } from './info.js';
import { listCommand } from './list.js';
import { listvarCommand } from './listvar.js';
import { locksCommand } from './locks.js';
import { monitorCommand } from './monitor.js';
import { muldivCommand } from './muldiv.js';
import { pingCommand } from './ping.js';
import { pluginCommand } from './plugin.js';
import { quitCommand } from './quit.js';
import { randstrCommand } from './randstr.js';
import { renameCommand } from './rename.js';
import { resetCommand } from './reset.js';
import { scancelCommand } from './scancel.js';
import { selectCommand } from './select.js';
import { serializeCommand } from './serialize.js';
import { setvalCommand } from './setval.js';
import { sextendCommand } from './sextend.js';
import { shutdownCommand } from './shutdown.js';
import { slockCommand } from './slock.js';
import { slowlogCommand } from './slowlog.js';
import { sublistCommand } from './sublist.js';
import { subnewCommand } from './subnew.js';
import { sunlockCommand } from './sunlock.js';
import { timeoutCommand } from './timeout.js';
import { uniqCommand } from './uniq.js';

export const commands = {
  CREATE: createCommand,
  DROP: dropCommand,
  RENAME: renameCommand,
  COPY: copyCommand,
  SETVAL: setvalCommand,
  GETVAL: getvalCommand,
  DELVAL: delvalCommand,
  GETALL: getallCommand,
  INC: incCommand,
  ADD: addCommand,
  MULDIV: muldivCommand,
  DATAGET: datagetCommand,
  DATASET: datasetCommand,
  GETOBJECT: getobjectCommand,
  SLOCK: slockCommand,
  SCANCEL: scancelCommand,
  SUNLOCK: sunlockCommand,
  SEXTEND: sextendCommand,
  LOCKS: locksCommand,
  TIMEOUT: timeoutCommand,
  CTL: ctlCommand,
  COUNT: countCommand,
  LIST: listCommand,
  FIND: findCommand,
  LISTVAR: listvarCommand,
  DROPWHERE: dropwhereCommand,
  UNIQ: uniqCommand,
  RANDSTR: randstrCommand,
  FLUSH: flushCommand,
  SUBNEW: subnewCommand,
  SUBLIST: sublistCommand,
  PLUGIN: pluginCommand,
  CALL: callCommand,
  SERIALIZE: serializeCommand,
  EVENTS: eventsCommand,
  PING: pingCommand,
  ECHO: echoCommand,
  HELLO: helloCommand,
  AUTH: authCommand,
  QUIT: quitCommand,
  RESET: resetCommand,
  SELECT: selectCommand,
  CLIENT: clientCommand,
  COMMAND: commandCommand,
  INFO: infoCommand,
  CONFIG: configCommand,
  SLOWLOG: slowlogCommand,
  MONITOR: monitorCommand,
  SHUTDOWN: shutdownCommand,
} as const satisfies Record<string, CommandSpec>;

export type Commands = typeof commands;
export type CommandName = keyof Commands;

/** All commands in table order; `commandIndex` is the position here. */
export const commandList: readonly CommandSpec[] = Object.values(commands);

export const commandIndex = Object.freeze(
  Object.fromEntries(Object.keys(commands).map((name, index) => [name, index])),
) as Readonly<Record<CommandName, number>>;
