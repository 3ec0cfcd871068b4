// Fills a server with the sessions that redis-benchmark will ask for: `s:000000000000` and on, twelve digits, which is
// what it makes of `s:__rand_int__`. Plain RESP over a socket, so that both servers are filled by the same bytes.
import { connect } from 'node:net';

const batch = 1000;

/** The id that redis-benchmark writes for number `index`. */
export function sessionId(index: number): string {
  return `s:${String(index).padStart(12, '0')}`;
}

/**
 * Runs `words(id)` for each of the ids, pipelined, and rejects at the first error reply.
 */
export async function seedSessions(
  port: number,
  count: number,
  words: (id: string) => readonly (readonly string[])[],
): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  try {
    for (let first = 0; first < count; first += batch) {
      const ids = Array.from({ length: Math.min(batch, count - first) }, (_, index) => sessionId(first + index));
      const requests = ids.flatMap((id) => words(id));
      const replied = repliesOf(socket, requests.length);
      socket.write(requests.map(encode).join(''));
      await replied;
    }
  } finally {
    socket.destroy();
  }
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/** Waits for so many one-line replies (`+OK`, `:1`); nothing else is asked for here. */
function repliesOf(socket: NodeJS.ReadWriteStream, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let rest = '';
    let seen = 0;
    const settle = (error?: Error) => {
      socket.off('data', onData);
      socket.off('error', settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onData = (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      const error = lines.find((line) => line.startsWith('-'));
      seen += lines.length;
      if (error === undefined && seen < count) return;
      settle(error === undefined ? undefined : new Error(`the server refused to be filled: ${error.slice(1)}`));
    };
    socket.on('data', onData);
    socket.on('error', settle);
  });
}
