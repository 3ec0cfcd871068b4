// The codec against redis-parser, on the same bytes: `npx tsx src/codec.ts` in bench/. Each line is one workload, its rate in
// items (replies, requests) per second, and the ratio to the peer, which has no encoder: ours is compared with strings
// joined and turned into bytes, as clients without one do it.
import { readFileSync } from 'node:fs';
import {
  encodeRequest,
  findCommandIndex,
  ReplyDecoder,
  Request,
  RequestParser,
  RequestWriter,
  RespWriter,
  requestLimits,
} from '@msession/protocol';
import Benchmark from 'benchmark';
import { peerParser } from './codec-redis-parser.js';

interface Contest {
  readonly name: string;
  /** Replies or requests in one run. */
  readonly items: number;
  readonly ours: () => void;
  readonly peer: () => void;
}

const pipeline = 64;
const repeat = (bytes: Buffer, times: number) => Buffer.concat(Array.from({ length: times }, () => bytes));

function decoding(name: string, bytes: Buffer, items: number, pieceBytes = bytes.length): Contest {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  const decoder = new ReplyDecoder();
  const peer = peerParser();
  let count = 0;
  const contest: Contest = {
    name: `decode ${name}`,
    items,
    ours() {
      count = 0;
      for (const piece of pieces) {
        decoder.feed(piece);
        while (decoder.next() !== undefined) count++;
      }
    },
    peer() {
      peer.count = 0;
      for (const piece of pieces) peer.parser.execute(piece);
    },
  };
  contest.ours();
  contest.peer();
  if (count !== items || peer.count !== items) throw new Error(`${name}: ${count} and ${peer.count}, not ${items}`);
  return contest;
}

function parsing(name: string, words: readonly string[]): Contest {
  const bytes = repeat(encodeRequest(words), pipeline);
  const parser = new RequestParser(requestLimits());
  const request = new Request();
  const peer = peerParser();
  let found = 0;
  return {
    name: `parse ${name}`,
    items: pipeline,
    ours() {
      parser.feed(bytes, 0, bytes.length);
      while (parser.next(request) === 'command') found += findCommandIndex(request);
      if (found < 0) throw new Error(`${name}: no such command`);
    },
    peer: () => peer.parser.execute(bytes),
  };
}

function writing(name: string, write: (writer: RespWriter) => void, text: () => string): Contest {
  const writer = new RespWriter();
  return {
    name: `encode ${name}`,
    items: pipeline,
    ours() {
      writer.reset();
      for (let i = 0; i < pipeline; i++) write(writer);
    },
    peer() {
      let all = '';
      for (let i = 0; i < pipeline; i++) all += text();
      Buffer.from(all, 'latin1');
    },
  };
}

function requesting(name: string, words: readonly string[]): Contest {
  const writer = new RequestWriter();
  return {
    name: `encode ${name}`,
    items: pipeline,
    ours() {
      writer.reset();
      for (let i = 0; i < pipeline; i++) writer.add(words);
    },
    peer() {
      let all = '';
      for (let i = 0; i < pipeline; i++) {
        all += `*${words.length}\r\n`;
        for (const word of words) all += `$${Buffer.byteLength(word)}\r\n${word}\r\n`;
      }
      Buffer.from(all, 'utf8');
    },
  };
}

/** The shared vectors of RESP2 that redis-parser reads as we do, one behind the other. */
function vectorBytes(): { bytes: Buffer; items: number } {
  const vectors = JSON.parse(
    readFileSync(new URL('../../packages/protocol/vectors/replies.json', import.meta.url), 'utf8'),
  ) as readonly { version: number; bytes: unknown; values: readonly unknown[] }[];
  const chosen = vectors.filter((vector) => vector.version === 2 && typeof vector.bytes === 'string');
  return {
    bytes: Buffer.from(chosen.map((vector) => vector.bytes).join(''), 'latin1'),
    items: chosen.reduce((sum, vector) => sum + vector.values.length, 0),
  };
}

let key = 1764000000000000;
/** Another number each time, as lock keys are: the text of a constant would be made once. */
const nextKey = () => ++key;

const value = Buffer.from('a value of thirty-two bytes ....');
const vectors = vectorBytes();
const array = `*10\r\n${`$${value.length}\r\n${value}\r\n`.repeat(10)}`;
const contests: readonly Contest[] = [
  decoding('the shared vectors', vectors.bytes, vectors.items),
  decoding('64 statuses', repeat(Buffer.from('+OK\r\n'), pipeline), pipeline),
  decoding('64 integers', repeat(Buffer.from(':1764000000000001\r\n'), pipeline), pipeline),
  decoding('64 bulks of 32 bytes', repeat(Buffer.from(`$32\r\n${value}\r\n`), pipeline), pipeline),
  decoding('16 arrays of 10 bulks', repeat(Buffer.from(array), 16), 16),
  decoding('16 arrays of 10 bulks in pieces of 100 bytes', repeat(Buffer.from(array), 16), 16, 100),
  decoding('a bulk of 1 MiB in pieces of 64 KiB', Buffer.from(`$1048576\r\n${'x'.repeat(1_048_576)}\r\n`), 1, 65_536),
  parsing('64 GETVAL', ['GETVAL', 's:000000012345', 'name']),
  parsing('64 SETVAL', ['SETVAL', 's:000000012345', 'name', 'xxx']),
  writing(
    '64 OK',
    (writer) => writer.ok(),
    () => '+OK\r\n',
  ),
  writing(
    '64 integers',
    (writer) => writer.integer(nextKey()),
    () => `:${nextKey()}\r\n`,
  ),
  writing(
    '64 bulks of 32 bytes',
    (writer) => writer.bulk(value, 0, value.length),
    () => `$${value.length}\r\n${value.toString('latin1')}\r\n`,
  ),
  requesting('64 GETVAL', ['GETVAL', 's:000000012345', 'name']),
];

const perSecond = (rate: number) => `${(rate / 1e6).toFixed(2)}M/s`.padStart(11);

console.log(`node ${process.version}; rates in items per second; ratio above 1: ours is faster`);
console.log(`${'workload'.padEnd(52)}${'ours'.padStart(11)}${'peer'.padStart(11)}${'ratio'.padStart(8)}`);
for (const contest of contests) {
  const suite = new Benchmark.Suite();
  const options = { maxTime: Number(process.env.BENCH_SECONDS ?? 1) };
  suite.add('ours', contest.ours, options).add('peer', contest.peer, options);
  suite.on('complete', () => {
    const [ours, peer] = suite.map((one: Benchmark) => one.hz * contest.items) as unknown as [number, number];
    console.log(
      `${contest.name.padEnd(52)}${perSecond(ours)}${perSecond(peer)}${(ours / peer).toFixed(2).padStart(8)}`,
    );
  });
  suite.run({ async: false });
}
