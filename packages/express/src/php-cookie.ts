// PHP sends a session's id as it is, express-session only signed. This middleware stands between: it signs PHP's cookie
// on the way in, for this process's eyes only, and takes the signature off on the way out. So one cookie serves both.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sign } from 'cookie-signature';
import { isPhpSessionId } from './php-session-id.js';
import { badOption } from './store-options.js';

export interface PhpCookieOptions {
  /** The cookie's name, and the option `name` of express-session. Default `PHPSESSID`. */
  readonly name?: string;
  /** The option `secret` of express-session; the first one where it is a list. */
  readonly secret: string | readonly string[];
}

const namePattern = /^[!#$%&'*+\-.0-9A-Z^_`a-z|~]+$/;

/**
 * Makes express-session take and send PHP's plain cookie. Mount it before express-session, with the same name and secret.
 *
 * @throws SessionStoreError BAD_OPTION
 */
export function phpSessionCookie(options: PhpCookieOptions) {
  const name = options.name ?? 'PHPSESSID';
  const secret = typeof options.secret === 'string' ? options.secret : options.secret[0];
  if (!namePattern.test(name)) throw badOption('name is no name of a cookie');
  if (secret === undefined || secret === '') throw badOption('secret is missing; give the one of express-session');
  return (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => {
    signIncoming(request, name, secret);
    unsignOutgoing(response, name);
    next();
  };
}

function signIncoming(request: IncomingMessage, name: string, secret: string): void {
  const header = request.headers.cookie;
  if (header === undefined) return;
  let isSeen = false;
  const cookies = header.split(';').flatMap((part) => {
    const equals = part.indexOf('=');
    if (equals < 0 || part.slice(0, equals).trim() !== name) return [part.trim()];
    // the first of that name counts; what cannot be PHP's id (a signed one among them) counts as none
    const id = part.slice(equals + 1).trim();
    if (isSeen || !isPhpSessionId(id)) return [];
    isSeen = true;
    return [`${name}=${encodeURIComponent(`s:${sign(id, secret)}`)}`];
  });
  request.headers.cookie = cookies.filter((part) => part !== '').join('; ');
}

/** express-session sets its cookie when the head is written, so the head is where it is changed. */
function unsignOutgoing(response: ServerResponse, name: string): void {
  const writeHead = response.writeHead as (...parameters: unknown[]) => ServerResponse;
  const signed = `${name}=s%3A`;
  response.writeHead = ((...parameters: unknown[]) => {
    const cookies = response.getHeader('set-cookie');
    if (cookies !== undefined) {
      const list = Array.isArray(cookies) ? cookies : [String(cookies)];
      response.setHeader(
        'Set-Cookie',
        list.map((cookie) => (cookie.startsWith(signed) ? unsigned(cookie, name, signed.length) : cookie)),
      );
    }
    return writeHead.apply(response, parameters);
  }) as ServerResponse['writeHead'];
}

function unsigned(cookie: string, name: string, start: number): string {
  const semicolon = cookie.indexOf(';');
  const end = semicolon < 0 ? cookie.length : semicolon;
  const value = decodeURIComponent(cookie.slice(start, end));
  return `${name}=${value.slice(0, value.lastIndexOf('.'))}${cookie.slice(end)}`;
}
