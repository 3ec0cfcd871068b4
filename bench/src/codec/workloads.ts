// What the codecs are given: the same bytes, or the same words, for all of them.
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
import { peerDecoders, peerEncoders, peerNames } from './peers.js';

export interface Workload {
  readonly id: string;
  readonly label: string;
  /** Replies or requests in one run. */
  readonly items: number;
  /** One run by contender; ours is first. */
  readonly runs: Readonly<Record<string, () => void>>;
}

export const ours = 'msession';
/** What is compared where the peers have no encoder of their own: strings joined and turned into bytes. */
export const joined = 'strings joined';

const pipeline = 64;
const repeat = (bytes: Buffer, times: number) => Buffer.concat(Array.from({ length: times }, () => bytes));

function decoding(id: string, label: string, bytes: Buffer, items: number, pieceBytes = bytes.length): Workload {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  const decoder = new ReplyDecoder();
  let count = 0;
  const runs: Record<string, () => void> = {
    [ours]() {
      count = 0;
      for (const piece of pieces) {
        decoder.feed(piece);
        while (decoder.next() !== undefined) count++;
      }
    },
  };
  for (const peer of peerDecoders()) {
    runs[peer.name] = () => {
      peer.count = 0;
      for (const piece of pieces) peer.decode(piece);
    };
    (runs[peer.name] as () => void)();
    if (peer.count !== items) throw new Error(`${peer.name} read ${peer.count} replies of ${label}, not ${items}`);
  }
  (runs[ours] as () => void)();
  if (count !== items) throw new Error(`${count} replies of ${label} were read, not ${items}`);
  return { id: `decode-${id}`, label: `decode ${label}`, items, runs };
}

/** The server's side: requests as bytes to commands. Of the peers redis-parser alone reads them as they are. */
function parsing(id: string, words: readonly string[]): Workload {
  const bytes = repeat(encodeRequest(words), pipeline);
  const parser = new RequestParser(requestLimits());
  const request = new Request();
  const runs: Record<string, () => void> = {
    [ours]() {
      parser.feed(bytes, 0, bytes.length);
      while (parser.next(request) === 'command')
        if (findCommandIndex(request) < 0) throw new Error(`${words[0]} is no command`);
    },
  };
  for (const peer of peerDecoders()) runs[peer.name] = () => peer.decode(bytes);
  return { id: `parse-${id}`, label: `parse ${pipeline} ${words[0]}`, items: pipeline, runs };
}

function writing(id: string, label: string, write: (writer: RespWriter) => void, text: () => string): Workload {
  const writer = new RespWriter();
  return {
    id: `encode-${id}`,
    label: `encode ${label}`,
    items: pipeline,
    runs: {
      [ours]() {
        writer.reset();
        for (let i = 0; i < pipeline; i++) write(writer);
      },
      [joined]() {
        let all = '';
        for (let i = 0; i < pipeline; i++) all += text();
        Buffer.from(all, 'latin1');
      },
    },
  };
}

function requesting(id: string, words: readonly string[]): Workload {
  const writer = new RequestWriter();
  const runs: Record<string, () => void> = {
    [ours]() {
      writer.reset();
      for (let i = 0; i < pipeline; i++) writer.add(words);
    },
  };
  for (const [name, encode] of Object.entries(peerEncoders)) {
    runs[name] = () => {
      let all = '';
      for (let i = 0; i < pipeline; i++) all += encode(words);
      Buffer.from(all, 'utf8');
    };
  }
  return { id: `request-${id}`, label: `encode ${pipeline} ${words[0]} requests`, items: pipeline, runs };
}

/** The shared vectors of RESP2 that all of them read alike, one behind the other. */
function vectorBytes(): { bytes: Buffer; items: number } {
  const vectors = JSON.parse(
    readFileSync(new URL('../../../packages/protocol/vectors/replies.json', import.meta.url), 'utf8'),
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

export function workloads(): Workload[] {
  const value = Buffer.from('a value of thirty-two bytes ....');
  const vectors = vectorBytes();
  const array = Buffer.from(`*10\r\n${`$${value.length}\r\n${value}\r\n`.repeat(10)}`);
  const mebibyte = Buffer.from(`$1048576\r\n${'x'.repeat(1_048_576)}\r\n`);
  return [
    decoding('vectors', 'the shared vectors', vectors.bytes, vectors.items),
    decoding('statuses', '64 statuses', repeat(Buffer.from('+OK\r\n'), pipeline), pipeline),
    decoding('integers', '64 integers', repeat(Buffer.from(':1764000000000001\r\n'), pipeline), pipeline),
    decoding('bulks', '64 bulks of 32 bytes', repeat(Buffer.from(`$32\r\n${value}\r\n`), pipeline), pipeline),
    decoding('arrays', '16 arrays of 10 bulks', repeat(array, 16), 16),
    decoding('arrays-pieces', '16 arrays of 10 bulks in pieces of 100 bytes', repeat(array, 16), 16, 100),
    decoding('mebibyte', 'a bulk of 1 MiB in pieces of 64 KiB', mebibyte, 1, 65_536),
    parsing('getval', ['GETVAL', 's:000000012345', 'name']),
    parsing('setval', ['SETVAL', 's:000000012345', 'name', 'x'.repeat(200)]),
    writing(
      'ok',
      '64 OK',
      (writer) => writer.ok(),
      () => '+OK\r\n',
    ),
    writing(
      'integers',
      '64 integers',
      (writer) => writer.integer(nextKey()),
      () => `:${nextKey()}\r\n`,
    ),
    writing(
      'bulks',
      '64 bulks of 32 bytes',
      (writer) => writer.bulk(value, 0, value.length),
      () => `$${value.length}\r\n${value.toString('latin1')}\r\n`,
    ),
    requesting('getval', ['GETVAL', 's:000000012345', 'name']),
    requesting('setval', ['SETVAL', 's:000000012345', 'name', 'x'.repeat(200)]),
  ];
}

/** In the order of tables and charts. */
export const contenderOrder = [ours, peerNames.parser, peerNames.nodeRedis, peerNames.ioredis, joined] as const;
