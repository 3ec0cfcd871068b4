// TLS in front of a plain server: node tls-proxy.mjs HOST:PORT CERTIFICATE_FILE KEY_FILE; prints the port it listens on.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer } from 'node:tls';

const [target, certificate, key] = process.argv.slice(2);
const [host, port] = target.split(':');
const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (socket) => {
  const plain = connect(Number(port), host);
  socket.on('error', () => plain.destroy());
  plain.on('error', () => socket.destroy());
  socket.pipe(plain).pipe(socket);
});
server.on('tlsClientError', () => undefined);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
