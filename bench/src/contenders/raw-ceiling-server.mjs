// node raw-ceiling-server.mjs PORT REQUEST_BYTES REPLY: see raw-ceiling.ts. REPLY is `OK` or the length of a bulk string.
import { createServer } from 'node:net';

const [port, requestBytes, kind] = process.argv.slice(2);
const size = Number(requestBytes);
const reply = kind === 'OK' ? Buffer.from('+OK\r\n') : Buffer.from(`$${kind}\r\n${'x'.repeat(Number(kind))}\r\n`);
const many = Math.max(1, Math.ceil(262_144 / reply.length));
const replies = Buffer.alloc(reply.length * many, reply);

createServer((socket) => {
  let rest = 0;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    // redis-benchmark asks for two settings before it begins
    if (rest === 0 && chunk.length < 200 && chunk.includes('CONFIG')) {
      socket.write('-ERR this server only answers\r\n'.repeat(chunk.toString('latin1').split('CONFIG').length - 1));
      return;
    }
    rest += chunk.length;
    let due = Math.floor(rest / size);
    rest -= due * size;
    for (; due > many; due -= many) socket.write(replies);
    if (due > 0) socket.write(due === many ? replies : replies.subarray(0, due * reply.length));
  });
}).listen(Number(port), '127.0.0.1');
