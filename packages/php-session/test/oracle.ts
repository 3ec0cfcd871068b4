// Asks real PHP, many values in one process: frames in, frames out.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./oracle.php', import.meta.url));

/** Runs the oracle with a task; answers one frame for each given, or as many as the task generates. */
export function askPhp(task: readonly string[], inputs: readonly (Buffer | string)[] = []): Buffer[] {
  const framed = inputs.flatMap((input) => {
    const body = Buffer.from(input as string);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.length);
    return [head, body];
  });
  const php = spawnSync('php', ['-d', 'display_errors=stderr', '-d', 'memory_limit=1G', script, ...task], {
    input: Buffer.concat(framed),
    maxBuffer: 1 << 30,
  });
  if (php.status !== 0 || php.stderr.length > 0) throw new Error(`php ${task.join(' ')}: ${php.stderr.toString()}`);
  const outputs: Buffer[] = [];
  for (let at = 0; at < php.stdout.length; ) {
    const length = php.stdout.readUInt32BE(at);
    outputs.push(php.stdout.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return outputs;
}
