// What a server of many sessions is asked for rarely and must not die of: a search, and a walk over all ids.
import { replyText } from '@msession/protocol';
import { longSessionId } from '../contenders/fill.js';
import { RespConnection } from '../contenders/resp-connection.js';
import { spreadOf } from '../frame/spread.js';
import { sessionsOfUser, userOf } from './sessions.js';

export interface SearchTimes {
  /** The first search on a name builds its index. */
  readonly firstMs: number;
  /** Median of the later ones. */
  readonly laterMs: number;
}

/** FIND with ten hits, each time another user. */
export async function timeFind(port: number, sessions: number, searches: number): Promise<SearchTimes> {
  const connection = await RespConnection.open(port);
  try {
    const times: number[] = [];
    for (let index = 0; index <= searches; index++) {
      const user = userOf(Math.floor((index / (searches + 1)) * sessions));
      const beganMs = performance.now();
      const found = await connection.ask('FIND', 'user', user);
      times.push(performance.now() - beganMs);
      if (!Array.isArray(found) || found.length !== sessionsOfUser)
        throw new Error(`FIND user ${user} did not find its ${sessionsOfUser} sessions`);
    }
    return { firstMs: times[0] as number, laterMs: spreadOf(times.slice(1)).median };
  } finally {
    connection.close();
  }
}

/** The same search without an index: SCAN all keys, HGET of each, in pipelines of a thousand. */
export async function timeScan(port: number, sessions: number): Promise<number> {
  const connection = await RespConnection.open(port);
  try {
    const wanted = userOf(Math.floor(sessions / 2));
    const found = new Set<string>();
    const beganMs = performance.now();
    await walk(connection, ['SCAN'], async (ids) => {
      const users = await connection.batch(ids.map((id) => ['HGET', id, 'user']));
      users.forEach((user, index) => {
        if (replyText(user) === wanted) found.add(ids[index] as string);
      });
    });
    const tookMs = performance.now() - beganMs;
    if (found.size !== sessionsOfUser) throw new Error(`SCAN found ${found.size} sessions, not ${sessionsOfUser}`);
    return tookMs;
  } finally {
    connection.close();
  }
}

export interface WalkTimes {
  readonly allMs: number;
  readonly pageP99Ms: number;
}

/** All ids in pages of a thousand. */
export async function timeWalk(port: number, server: 'own' | 'peer', sessions: number): Promise<WalkTimes> {
  const connection = await RespConnection.open(port);
  try {
    const ids = new Set<string>();
    const pages: number[] = [];
    const beganMs = performance.now();
    let lastMs = beganMs;
    await walk(connection, server === 'own' ? ['LIST', 'CURSOR'] : ['SCAN'], async (page) => {
      const nowMs = performance.now();
      pages.push(nowMs - lastMs);
      lastMs = nowMs;
      for (const id of page) ids.add(id);
    });
    if (ids.size < sessions || !ids.has(longSessionId(0))) throw new Error(`a walk over all ids met only ${ids.size}`);
    pages.sort((a, b) => a - b);
    return {
      allMs: lastMs - beganMs,
      pageP99Ms: pages[Math.min(pages.length - 1, Math.floor(pages.length * 0.99))] as number,
    };
  } finally {
    connection.close();
  }
}

async function walk(
  connection: RespConnection,
  command: readonly string[],
  visit: (ids: readonly string[]) => Promise<void>,
): Promise<void> {
  let cursor = '0';
  do {
    const reply = await connection.ask(...command, cursor, 'COUNT', 1000);
    if (!Array.isArray(reply) || !Array.isArray(reply[1])) throw new Error(`${command[0]} answered no page`);
    cursor = replyText(reply[0]) ?? String(reply[0]);
    await visit(reply[1].map((id) => replyText(id) ?? ''));
  } while (cursor !== '0');
}
