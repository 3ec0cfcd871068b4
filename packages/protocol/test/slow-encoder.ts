// RESP as its specification writes it, by string concatenation: what the fast codec is compared with.
import { type TaggedValue, vectorBytes } from './vector-files.js';

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

export function slowRequest(words: readonly Uint8Array[]): Buffer {
  let text = `*${words.length}\r\n`;
  for (const word of words) text += `$${word.length}\r\n${latin1(word)}\r\n`;
  return Buffer.from(text, 'latin1');
}

export function slowReply(value: TaggedValue): Buffer {
  return Buffer.from(reply(value), 'latin1');
}

function reply(value: TaggedValue): string {
  if ('simple' in value) return `+${latin1(vectorBytes(value.simple))}\r\n`;
  if ('error' in value) return `-${value.error.filter((part) => part !== '').join(' ')}\r\n`;
  if ('bulkError' in value) return lengthed('!', value.bulkError.join(' '));
  if ('integer' in value) return `:${value.integer}\r\n`;
  if ('bulk' in value) return lengthed('$', latin1(vectorBytes(value.bulk)));
  if ('null' in value) return value.null === 3 ? '_\r\n' : '$-1\r\n';
  if ('nullArray' in value) return '*-1\r\n';
  if ('boolean' in value) return value.boolean ? '#t\r\n' : '#f\r\n';
  if ('double' in value) return `,${value.double}\r\n`;
  if ('bigNumber' in value) return `(${value.bigNumber}\r\n`;
  if ('verbatim' in value) return lengthed('=', value.verbatim.join(':'));
  if ('array' in value) return container('*', value.array);
  if ('set' in value) return container('~', value.set);
  if ('push' in value) return container('>', value.push);
  return `%${value.map.length}\r\n${value.map.map(([key, item]) => reply(key) + reply(item)).join('')}`;
}

function lengthed(type: string, text: string): string {
  return `${type}${text.length}\r\n${text}\r\n`;
}

function container(type: string, items: readonly TaggedValue[]): string {
  return `${type}${items.length}\r\n${items.map(reply).join('')}`;
}
