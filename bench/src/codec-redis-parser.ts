// redis-parser, the decoder of ioredis and of older node-redis, behind the little of its interface that is compared.
import { createRequire } from 'node:module';

export interface PeerParser {
  /** Decodes a chunk; replies go to `returnReply`. */
  execute(chunk: Buffer): void;
}

type PeerParserClass = new (options: {
  readonly returnReply: (reply: unknown) => void;
  readonly returnError: (error: Error) => void;
  readonly returnFatalError: (error: Error) => void;
  readonly returnBuffers: boolean;
}) => PeerParser;

const RedisParser = createRequire(import.meta.url)('redis-parser') as PeerParserClass;

/** A parser that counts replies and keeps the last one. */
export function peerParser(): { readonly parser: PeerParser; count: number; last: unknown } {
  const state: { parser: PeerParser; count: number; last: unknown } = {
    count: 0,
    last: undefined,
    parser: new RedisParser({
      returnReply(reply) {
        state.count++;
        state.last = reply;
      },
      returnError(error) {
        state.count++;
        state.last = error;
      },
      returnFatalError(error) {
        throw error;
      },
      // bulk strings as Buffers, as ours are
      returnBuffers: true,
    }),
  };
  return state;
}
