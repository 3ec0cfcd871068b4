// What one front-end's script tells another front-end about locks, by pub/sub: a letter and fields, each on a line, data
// last. Ids have no control characters, so a line break ends a field. A message may be lost; whoever waits looks, too.

export type LockMessage =
  /** A request that waited has the lock. Data that is long is not in the message, but has to be fetched. */
  | {
      readonly kind: 'granted';
      readonly number: number;
      readonly key: number;
      readonly data: Buffer | null | 'to be fetched';
    }
  /** A request that waited has been turned away, since there is no session any more. */
  | { readonly kind: 'refused'; readonly number: number }
  /** The lock that somebody of this front-end waits for ends at another time than was said. */
  | { readonly kind: 'leased'; readonly idText: string; readonly leftMs: number }
  /** A lock bound to a connection of this front-end is not bound to it any more. */
  | { readonly kind: 'unbound'; readonly key: number }
  /** A lock bound to a connection of this front-end has another id. */
  | { readonly kind: 'moved'; readonly key: number; readonly idText: string };

const lineBreak = 0x0a;

/** The message in these bytes, or undefined where they are none. */
export function parseLockMessage(bytes: Buffer): LockMessage | undefined {
  let at = 0;
  const field = (): string => {
    const end = bytes.indexOf(lineBreak, at);
    const text = bytes.toString('latin1', at, end < 0 ? bytes.length : end);
    at = end < 0 ? bytes.length : end + 1;
    return text;
  };
  switch (field()) {
    case 'G': {
      const number = Number(field());
      const key = Number(field());
      const form = field();
      const data = form === 'N' ? null : form === 'F' ? 'to be fetched' : Buffer.from(bytes.subarray(at));
      return { kind: 'granted', number, key, data };
    }
    case 'R':
      return { kind: 'refused', number: Number(field()) };
    case 'L': {
      const idText = field();
      return { kind: 'leased', idText, leftMs: Number(field()) };
    }
    case 'U':
      return { kind: 'unbound', key: Number(field()) };
    case 'M': {
      const key = Number(field());
      return { kind: 'moved', key, idText: field() };
    }
    default:
      return undefined;
  }
}
