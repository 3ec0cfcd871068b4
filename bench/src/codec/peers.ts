// The decoders and encoders of other clients, behind the little of their interfaces that is compared. They are inner parts
// of their packages without types of their own: redis-parser (ioredis to version 5, node-redis to version 3), node-redis's, ioredis's.
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

export interface PeerDecoder {
  readonly name: string;
  /** Replies and error replies since it was last set to 0. */
  count: number;
  decode(chunk: Buffer): void;
}

type RedisParserClass = new (options: {
  readonly returnReply: () => void;
  readonly returnError: () => void;
  readonly returnFatalError: (error: Error) => void;
  readonly returnBuffers: boolean;
}) => { execute(chunk: Buffer): void };

type DecoderClass = new (options: {
  readonly onReply: () => void;
  readonly onErrorReply: () => void;
  readonly onPush: () => void;
  readonly getTypeMapping: () => Readonly<Record<number, unknown>>;
}) => { write(chunk: Buffer): void };

const RedisParser = load('redis-parser') as RedisParserClass;
const { Decoder: NodeRedisDecoder } = load('@redis/client/dist/lib/RESP/decoder.js') as { Decoder: DecoderClass };
const { Decoder: IoredisDecoder } = load('ioredis/built/resp/decoder.js') as { Decoder: DecoderClass };
const { default: encodeNodeRedis } = load('@redis/client/dist/lib/RESP/encoder.js') as {
  default: (words: readonly string[]) => readonly string[];
};
const { Command } = load('ioredis') as {
  Command: new (name: string, words: readonly string[]) => { toWritable(socket: object): string };
};

export const peerNames = { parser: 'redis-parser', nodeRedis: 'node-redis', ioredis: 'ioredis' } as const;

function redisParser(): PeerDecoder {
  const counting = () => {
    peer.count++;
  };
  const parser = new RedisParser({
    returnReply: counting,
    returnError: counting,
    returnFatalError(error) {
      throw error;
    },
    // bulk strings as Buffers, as ours are
    returnBuffers: true,
  });
  const peer: PeerDecoder = { name: peerNames.parser, count: 0, decode: (chunk) => parser.execute(chunk) };
  return peer;
}

function decoderOf(name: string, Decoder: DecoderClass): PeerDecoder {
  const counting = () => {
    peer.count++;
  };
  // 36 is `$`: bulk strings as Buffers
  const mapping = { 36: Buffer };
  const decoder = new Decoder({
    onReply: counting,
    onErrorReply: counting,
    onPush: counting,
    getTypeMapping: () => mapping,
  });
  const peer: PeerDecoder = { name, count: 0, decode: (chunk) => decoder.write(chunk) };
  return peer;
}

/** A fresh decoder of each. */
export function peerDecoders(): PeerDecoder[] {
  return [
    redisParser(),
    decoderOf(peerNames.nodeRedis, NodeRedisDecoder),
    decoderOf(peerNames.ioredis, IoredisDecoder),
  ];
}

/** Requests as the text that these clients hand to their socket. */
export const peerEncoders: Readonly<Record<string, (words: readonly string[]) => string>> = {
  [peerNames.nodeRedis]: (words) => encodeNodeRedis(words).join(''),
  [peerNames.ioredis]: ([name = '', ...rest]) => new Command(name, rest).toWritable({}),
};
