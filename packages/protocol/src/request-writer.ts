// Requests as RESP bytes, for the client side: an array of bulk strings each.
import { ByteWriter } from './byte-writer.js';

/** What a word of a request may be; text is sent as UTF-8, numbers as decimals. */
export type RequestWord = string | Uint8Array | number | bigint;

/** Writes requests one behind the other into one reusable buffer (see `ByteWriter` for who owns it). */
export class RequestWriter extends ByteWriter {
  add(words: readonly RequestWord[]): void {
    if (words.length === 0) throw new RangeError('a request has one word at least: the name of its command');
    if (!this.hasRoom(20)) return;
    this.writeHeader(42, words.length);
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as RequestWord;
      if (typeof word === 'string') this.writeBulkText(word);
      else if (typeof word === 'object') this.writeBulk(word, 0, word.length);
      else this.writeBulkText(String(word));
    }
  }
}

const shared = new RequestWriter();

/**
 * One request as bytes of their own.
 * @example encodeRequest(['GETVAL', 'visit-1', 'user'])
 */
export function encodeRequest(words: readonly RequestWord[]): Buffer {
  shared.reset();
  shared.add(words);
  if (shared.isOverflowed) throw new RangeError('a request of more than 1 GiB cannot be sent; send less at once');
  return shared.take();
}
