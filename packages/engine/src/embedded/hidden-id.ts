import { createHmac, randomBytes } from 'node:crypto';

const secret = randomBytes(16);

/**
 * A session id as operators see it unless the server runs with `show-ids`: whoever knows an id holds the session, so it
 * must not stand in a listing or a log. The same id looks the same as long as the process lives.
 */
export function hiddenId(id: Uint8Array): string {
  return `#${createHmac('sha256', secret).update(id).digest('hex').slice(0, 16)}`;
}
