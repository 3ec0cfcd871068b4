// A killed process shows nothing about a disk: what it wrote is in the system's memory and survives it. Here the power goes.
// A daemon with durability `always` is watched by strace while a client writes; then its files are put together as a device
// would hold them that lost its power at some moment: what was flushed until then is there, of what was not some pieces
// are, in no order. A daemon that starts on them must have every write whose reply had left.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from '@msession/client';
import { Random } from '../fuzz/random.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { type DiskEvent, readEvents, straceWords } from './system-calls.js';

export interface PowerLossOptions {
  readonly seed: number;
  /** Writes of the client, one after the other's reply. */
  readonly writes: number;
  /** Moments at which the power goes. */
  readonly losses: number;
  readonly durability?: 'always' | 'interval';
  /** `lies`: the device says that it flushed and did not; to see that this is noticed. */
  readonly device?: 'honest' | 'lies';
}

export interface PowerLossResult {
  readonly replies: number;
  readonly flushes: number;
  readonly losses: number;
  /** Writes to the files that the losses dropped. */
  readonly dropped: number;
}

/** Whether strace is there and may be used. */
export const canTrace = (() => {
  try {
    execFileSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const sessionCount = 12;

/** @throws Error that says what was lost, and when */
export async function losePower(options: PowerLossOptions): Promise<PowerLossResult> {
  const { seed, writes, losses, durability = 'always', device = 'honest' } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'msession-power-'));
  const data = path.join(folder, 'data');
  const before = path.join(folder, 'before');
  const trace = path.join(folder, 'trace');
  const flags = ['--port', '0', '--log-level', 'silent', '--durability', durability, '--store-interval', '1h'];
  try {
    const empty = new DaemonProcess({ flags: [...flags, '--data-dir', data] });
    await empty.port();
    await empty.stop();
    cpSync(data, before, { recursive: true });
    await writeTraced([...flags, '--data-dir', data], trace, writes);
    const events = readEvents(trace, '.mdb');
    const replies = events.filter(({ kind }) => kind === 'reply').length;
    if (replies < writes) throw new Error(`strace shows ${replies} replies to ${writes} writes`);
    const random = new Random(seed);
    let dropped = 0;
    for (let loss = 0; loss < losses; loss++) {
      const cut = momentIn(events, writes, random);
      const image = path.join(folder, `loss-${loss}`);
      mkdirSync(image);
      dropped += restore(events.slice(0, cut.event), { before, image, random, isLying: device === 'lies' });
      await mustHold(image, cut.replies, `seed ${seed}, power lost behind reply ${cut.replies}`);
      rmSync(image, { recursive: true });
    }
    return { replies, flushes: events.filter(({ kind }) => kind === 'flush').length, losses, dropped };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeTraced(flags: readonly string[], trace: string, writes: number): Promise<void> {
  const daemon = new DaemonProcess({ flags, under: straceWords(trace) });
  try {
    const port = await daemon.port();
    const client = createClient({ port, reconnect: false });
    for (let number = 1; number <= writes; number++)
      await client.dataset(`s${number % sessionCount}`, dataOf(number), { timeoutSeconds: 0 });
    await client.close();
    connect(port, '127.0.0.1').end('SHUTDOWN\r\n').resume();
    await daemon.ended;
  } finally {
    daemon.child.kill('SIGKILL');
  }
}

function dataOf(number: number): string {
  return `${number} `.repeat(1 + ((number * 37) % 900));
}

/** Some moment behind the first reply and before the one behind the last write. */
function momentIn(events: readonly DiskEvent[], writes: number, random: Random): { event: number; replies: number } {
  const at = events.flatMap(({ kind }, i) => (kind === 'reply' ? [i + 1] : []));
  const first = at[0] as number;
  const last = at[writes - 1] as number;
  const event = first + random.below(last - first + 1);
  return { event, replies: at.filter((reply) => reply <= event).length };
}

interface Restoring {
  readonly before: string;
  readonly image: string;
  readonly random: Random;
  readonly isLying: boolean;
}

/** Makes the files as the device holds them; answers how many writes it lost. */
function restore(events: readonly DiskEvent[], { before, image, random, isLying }: Restoring): number {
  let dropped = 0;
  for (const name of ['sessions.mdb', 'keys.mdb']) {
    let bytes = readFileSync(path.join(before, name));
    for (const [i, event] of events.entries()) {
      if (event.kind !== 'write' || path.basename(event.file) !== name) continue;
      const isFlushed = !isLying && (event.isFlushed || isFlushedLater(events, i, event.file));
      if (!isFlushed && random.isLikely(0.5)) {
        dropped++;
        continue;
      }
      const end = event.at + event.bytes.length;
      if (end > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(end - bytes.length)]);
      event.bytes.copy(bytes, event.at);
    }
    writeFileSync(path.join(image, name), bytes);
  }
  return dropped;
}

function isFlushedLater(events: readonly DiskEvent[], at: number, file: string): boolean {
  return events.some((event, i) => i > at && event.kind === 'flush' && event.file === file && event.covers > at);
}

/** A daemon on these files has what was acknowledged; of the write under way all or nothing. */
async function mustHold(directory: string, replies: number, when: string): Promise<void> {
  const daemon = new DaemonProcess({ flags: ['--port', '0', '--log-level', 'silent', '--data-dir', directory] });
  try {
    const client = createClient({ port: await daemon.port(), reconnect: false });
    const found = new Set<number>();
    for (let i = 0; i < sessionCount; i++) {
      const data = String((await client.dataget(`s${i}`)) ?? '');
      const number = Number.parseInt(data, 10);
      if (data === '') continue;
      if (data !== dataOf(number)) throw new Error(`${when}: session s${i} is torn`);
      found.add(number);
    }
    await client.close();
    for (let number = Math.max(1, replies - sessionCount + 2); number <= replies; number++)
      if (!found.has(number)) throw new Error(`${when}: write ${number} is lost`);
    for (const number of found)
      if (number > replies + 1) throw new Error(`${when}: write ${number} is there before it was made`);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${daemon.stderr}`, { cause: error });
  } finally {
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  }
}
