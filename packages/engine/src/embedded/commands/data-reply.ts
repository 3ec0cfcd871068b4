import type { ReplySink } from '@msession/protocol';
import { headDouble, headWord } from '../session-layout.js';
import { byteOffset, chunkOf } from '../slab-memory.js';
import type { EngineParts } from './handler.js';

/** Answers the data of a session, or null when it has none. */
export function replyData(engine: EngineParts, address: number, sink: ReplySink): void {
  const { sessions } = engine;
  if (sessions.double(address, headDouble.revision) === 0) {
    sink.null();
    return;
  }
  const block = sessions.word(address, headWord.data);
  const offset = byteOffset(block);
  sink.bulk(
    sessions.memory.bytes[chunkOf(block)] as Buffer,
    offset,
    offset + sessions.word(address, headWord.dataBytes),
  );
}
