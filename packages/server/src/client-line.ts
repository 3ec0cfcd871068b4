// One line about a connection, as CLIENT LIST and CLIENT INFO print it.
import { unsentBytes } from './adopt-socket.js';
import type { Connection } from './connection.js';

/** `id=3 addr=127.0.0.1:40312 name= age=12 …`, in the words Redis tools parse, and our own behind them. */
export function clientLine(connection: Connection, nowMs: number): string {
  const seconds = (sinceMs: number) => Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
  const flags = `${connection.isMonitor ? 'O' : ''}${connection.blockedBy !== null ? 'b' : ''}`;
  const fields: readonly (readonly [string, string | number])[] = [
    ['id', connection.id],
    ['addr', connection.address],
    ['laddr', connection.localAddress],
    ['name', connection.name],
    ['age', seconds(connection.connectedAtMs)],
    ['idle', seconds(connection.lastActiveMs)],
    ['flags', flags === '' ? 'N' : flags],
    ['db', 0],
    ['qbuf', connection.parser.pendingBytes],
    ['omem', unsentBytes(connection.socket) + connection.replies.heldBytes],
    ['cmd', connection.lastCommand === '' ? 'NULL' : connection.lastCommand.toLowerCase()],
    ['user', connection.user?.name ?? '(none)'],
    ['resp', connection.protocolVersion],
    ['lib-name', connection.libraryName],
    ['lib-ver', connection.libraryVersion],
    ['tot-cmds', connection.commandCount],
    ['events', connection.unsubscribe === null ? 0 : 1],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}
