// What a front-end sends to Redis for a command, as Redis saw it: the words of its EVALSHA, so that the same work can be
// asked of Redis without a front-end. Taken from MONITOR, since nothing else knows them for certain.
import { connect } from 'node:net';
import { RespConnection, type Words } from '../contenders/resp-connection.js';

/** Runs one command at a front-end and answers the words of the script call that it made of it. */
export async function capturedScript(frontEndPort: number, redisPort: number, command: Words): Promise<string[]> {
  const client = await RespConnection.open(frontEndPort);
  const monitor = connect(redisPort, '127.0.0.1');
  try {
    // the first call of a script may be its EVAL
    await client.ask(...command);
    let seen = '';
    const call = new Promise<string[]>((resolve, reject) => {
      monitor.on('error', reject);
      monitor.on('data', (chunk: Buffer) => {
        seen += chunk.toString('latin1');
        const line = seen.split('\r\n').find((each) => /^\+[\d.]+ \[\d+ [\d.:]+\] "evalsha"/i.test(each));
        if (line !== undefined) resolve(wordsOf(line));
      });
    });
    monitor.write('MONITOR\r\n');
    while (!seen.startsWith('+OK')) await new Promise((resolve) => setImmediate(resolve));
    await client.ask(...command);
    return await call;
  } finally {
    monitor.destroy();
    client.close();
  }
}

/** The words of a line of MONITOR. @throws Error for bytes that redis-benchmark could not be given */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) =>
    quoted.replace(/\\(x[0-9a-f]{2}|.)/g, (_, escaped: string) => {
      if (escaped.length === 1) return { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' }[escaped] ?? escaped;
      const code = Number.parseInt(escaped.slice(1), 16);
      if (code === 0) throw new Error('a word has a NUL, which no command line can carry');
      return String.fromCharCode(code);
    }),
  );
}
