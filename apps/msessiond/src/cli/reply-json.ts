// Replies as JSON, for programs: bytes that are UTF-8 become strings, others `{"base64": "…"}`; integers beyond 2^53
// become strings, so that no digit is lost; maps become objects.
import {
  ReplyDouble,
  ReplyError,
  ReplyMap,
  ReplyPush,
  ReplySet,
  type ReplyValue,
  ReplyVerbatim,
} from '@msession/protocol';
import { isUtf8 } from './printable-bytes.js';

export type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

export function replyToJson(value: ReplyValue): Json {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (typeof value === 'bigint') return String(value);
  if (Buffer.isBuffer(value)) return isUtf8(value) ? value.toString('utf8') : { base64: value.toString('base64') };
  if (value instanceof ReplyDouble) return Number.isFinite(value.value) ? value.value : String(value.value);
  if (value instanceof ReplyVerbatim) return value.text;
  if (value instanceof ReplyError) return { error: { code: value.code, message: value.message } };
  if (value instanceof ReplyMap) return mapToJson(value);
  if (value instanceof ReplySet || value instanceof ReplyPush) return value.items.map(replyToJson);
  return (value as readonly ReplyValue[]).map(replyToJson);
}

function mapToJson(map: ReplyMap): Json {
  const object: Record<string, Json> = Object.create(null) as Record<string, Json>;
  for (const [key, item] of map.entries) object[keyText(key)] = replyToJson(item);
  return object;
}

/** A key that is no UTF-8 is marked, so that it cannot be taken for another. */
function keyText(key: ReplyValue): string {
  if (Buffer.isBuffer(key)) return isUtf8(key) ? key.toString('utf8') : `base64:${key.toString('base64')}`;
  const json = replyToJson(key);
  return typeof json === 'string' ? json : JSON.stringify(json);
}
