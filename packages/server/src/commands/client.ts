import { commands } from '@msession/protocol';
import { clientLine } from '../client-line.js';
import { type CommandCall, defineContainer, defineSubcommand } from '../command-handler.js';
import type { Connection } from '../connection.js';
import { clientWord } from '../greet.js';

const [idSpec, getNameSpec, setNameSpec, setInfoSpec, infoSpec, listSpec, killSpec, noEvictSpec, unbindSpec] =
  commands.CLIENT.subcommands;

const id = defineSubcommand(idSpec, ({ connection, sink }) => {
  sink.integer(connection.id);
  return undefined;
});

const getName = defineSubcommand(getNameSpec, ({ connection, sink }) => {
  if (connection.name === '') sink.null();
  else sink.bulkText(connection.name);
  return undefined;
});

const setName = defineSubcommand(setNameSpec, ({ connection, request, sink, bound }) => {
  const name = clientWord(request, bound.name);
  if (name === null) sink.error('ERR', 'a client name has printable characters and no spaces, 128 at most');
  else {
    connection.name = name;
    sink.ok();
  }
  return undefined;
});

const setInfo = defineSubcommand(setInfoSpec, ({ connection, request, sink, bound }) => {
  const value = clientWord(request, bound.value);
  if (value === null) sink.error('ERR', `${bound.attribute} has printable characters and no spaces, 128 at most`);
  else {
    if (bound.attribute === 'LIB-NAME') connection.libraryName = value;
    else connection.libraryVersion = value;
    sink.ok();
  }
  return undefined;
});

const info = defineSubcommand(infoSpec, ({ context, connection, sink }) => {
  sink.verbatim(`${clientLine(connection, context.clock.monotonicMs())}\n`);
  return undefined;
});

const list = defineSubcommand(listSpec, ({ context, sink }) => {
  const nowMs = context.clock.monotonicMs();
  sink.verbatim([...context.connections].map((connection) => `${clientLine(connection, nowMs)}\n`).join(''));
  return undefined;
});

const kill = defineSubcommand(killSpec, (call) => {
  const { context, connection, request, sink, bound } = call;
  if (bound.address > 0) {
    const address = request.text(bound.address);
    const victims = [...context.connections].filter((other) => other.address === address);
    if (victims.length === 0) sink.error('ERR', 'no such client');
    else {
      sink.ok();
      hangUp(call, victims);
    }
    return undefined;
  }
  if (bound.clientId === undefined && bound.addr === 0 && bound.user === 0) {
    sink.error('ERR', 'CLIENT KILL wants host:port, or one of ID, ADDR, USER and a value');
    return undefined;
  }
  const skipsMe = bound.skipMe === 0 || !request.isToken(bound.skipMe, 'NO');
  const victims = [...context.connections].filter(
    (other) =>
      (bound.clientId === undefined || other.id === bound.clientId) &&
      (bound.addr === 0 || other.address === request.text(bound.addr)) &&
      (bound.user === 0 || other.user?.name === request.text(bound.user)) &&
      !(skipsMe && other === connection),
  );
  sink.integer(victims.length);
  hangUp(call, victims);
  return undefined;
});

/** Others are cut off; the asking connection ends behind its own reply. */
function hangUp({ context, connection }: CommandCall, victims: readonly Connection[]): void {
  for (const victim of victims) {
    if (victim !== connection) victim.socket.destroy();
    else {
      connection.isEnding = true;
      connection.endingSinceMs = context.connections.nowMs;
    }
  }
}

const noEvict = defineSubcommand(noEvictSpec, ({ sink }) => {
  sink.ok();
  return undefined;
});

const unbind = defineSubcommand(unbindSpec, ({ context, connection, sink }) => {
  const freed = context.engine.release(connection);
  connection.heldLocks = 0;
  sink.integer(freed);
  return undefined;
});

export const client = defineContainer(commands.CLIENT, [
  id,
  getName,
  setName,
  setInfo,
  info,
  list,
  kill,
  noEvict,
  unbind,
]);
