// Fills servers with sessions, in batches over one connection.
import { RespConnection, type Words } from './resp-connection.js';

const batchSize = 1000;

/** What redis-benchmark makes of `s:__rand_int__`. */
export function sessionId(index: number): string {
  return `s:${String(index).padStart(12, '0')}`;
}

/** Of 32 bytes, as PHP's and most others' ids are; what redis-benchmark makes of `longIdPattern`. */
export function longSessionId(index: number): string {
  return `${sessionId(index)}${longIdEnd}`;
}

const longIdEnd = ':abcdefghijklmnopq';
export const longIdPattern = `s:__rand_int__${longIdEnd}`;

/** Runs `words(index)` for each index below `count`; rejects at the first error reply. */
export async function fill(port: number, count: number, words: (index: number) => readonly Words[]): Promise<void> {
  const connection = await RespConnection.open(port);
  try {
    for (let first = 0; first < count; first += batchSize) {
      const requests: Words[] = [];
      for (let index = first; index < Math.min(count, first + batchSize); index++) requests.push(...words(index));
      await connection.batch(requests);
    }
  } finally {
    connection.close();
  }
}
