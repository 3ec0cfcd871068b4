import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { linkConnector } from './link-connector.js';

const opened: { destroy(): void }[] = [];

afterEach(() => {
  for (const each of opened.splice(0)) each.destroy();
});

/** Two connections by the connector to a server that does with its side what it is told. */
async function twoConnections(silenceMs: number, serve: (socket: Socket) => void): Promise<[Socket, Socket]> {
  const server = createServer((socket) => {
    opened.push(socket);
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({ destroy: () => server.close() });
  const { port } = server.address() as AddressInfo;
  const Connector = linkConnector(silenceMs);
  const connected = async (): Promise<Socket> => {
    const socket = (await new Connector({ host: '127.0.0.1', port, disconnectTimeout: 2000 }).connect(
      () => {},
    )) as Socket;
    opened.push(socket);
    socket.resume();
    await once(socket, 'connect');
    return socket;
  };
  return [await connected(), await connected()];
}

test('a connection that was written to and hears nothing ends with an error, one that was not written to stays', async () => {
  const [asked, idle] = await twoConnections(60, (socket) => socket.resume());
  const failed = once(asked, 'error');
  asked.write('PING\r\n');
  const [error] = (await failed) as [Error];
  expect(error.message).toBe('Redis has sent nothing for 60 ms');
  expect(asked.destroyed).toBe(true);
  expect(idle.destroyed).toBe(false);
});

test('a connection that is answered outlives one that is not', async () => {
  const [answered, silent] = await twoConnections(60, (socket) => {
    socket.on('data', (bytes) => {
      if (String(bytes).includes('answer')) socket.write('so it is');
    });
  });
  const closed = once(silent, 'error');
  let isOver = false;
  void closed.then(() => {
    isOver = true;
  });
  silent.write('be silent');
  while (!isOver) {
    answered.write('answer');
    expect(String((await once(answered, 'data'))[0])).toContain('so it is');
  }
  expect(answered.destroyed).toBe(false);
});

test('what arrived earlier stays as it was when more arrives, on this connection or another', async () => {
  const [first, second] = await twoConnections(1000, (socket) => {
    socket.on('data', (bytes) => socket.write(bytes));
  });
  first.write('a'.repeat(1000));
  const [early] = (await once(first, 'data')) as [Buffer];
  second.write('b'.repeat(1000));
  await once(second, 'data');
  first.write('c'.repeat(1000));
  await once(first, 'data');
  expect(String(early)).toBe('a'.repeat(1000));
});
