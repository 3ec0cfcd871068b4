// The session that scale measures: an id of 32 bytes, three variables, 200 bytes of data and an end of life; on Redis a
// hash with the same content and an expiry.
import { longIdPattern, longSessionId } from '../contenders/fill.js';
import type { Words } from '../contenders/resp-connection.js';

const data = 'd'.repeat(200);
const lifeSeconds = 86_400;

/** So many sessions belong to each user: what a search finds. */
export const sessionsOfUser = 10;

export const readOwn = ['GETVAL', longIdPattern, 'name'] as const;
export const readPeer = ['HGET', longIdPattern, 'name'] as const;

export function userOf(index: number): string {
  return `u${Math.floor(index / sessionsOfUser)}`;
}

export function nameOf(index: number): string {
  return `visitor${index}`;
}

function variables(index: number): string[] {
  return ['user', userOf(index), 'name', nameOf(index), 'hits', `${index % 100}`];
}

export function ownSession(index: number): Words[] {
  return [['DATASET', longSessionId(index), data, 'VARS', 3, ...variables(index), 'TIMEOUT', lifeSeconds]];
}

export function peerSession(index: number): Words[] {
  const id = longSessionId(index);
  return [
    ['HSET', id, 'data', data, ...variables(index)],
    ['EXPIRE', id, lifeSeconds],
  ];
}
