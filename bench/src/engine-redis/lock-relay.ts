// Ten clients hand one lock from one to the next a thousand times: what a busy page does to whoever keeps its lock.
import { RespConnection } from '../contenders/resp-connection.js';
import { spreadOf } from '../frame/spread.js';

export interface RelayFigures {
  readonly seconds: number;
  /** Requests of the client that got fewest. */
  readonly fewest: number;
  readonly longestWaitMs: number;
}

/** Clients are spread over the ports; each asks again as soon as it has released. */
export async function runLockRelay(ports: readonly number[], clients: number, requests: number): Promise<RelayFigures> {
  const connections = await Promise.all(
    Array.from({ length: clients }, (_, i) => RespConnection.open(ports[i % ports.length] as number)),
  );
  const id = `relay-${process.pid}-${performance.now()}`;
  const share = Math.ceil(requests / clients);
  let longestWaitMs = 0;
  const startMs = performance.now();
  const served = await Promise.all(
    connections.map(async (connection) => {
      for (let i = 0; i < share; i++) {
        const askedMs = performance.now();
        const key = await connection.ask('SLOCK', id, 'WAIT', 60_000, 'CREATE', 'BIND');
        longestWaitMs = Math.max(longestWaitMs, performance.now() - askedMs);
        await connection.ask('SUNLOCK', id, Number(key), 'DATA', `${i}`);
      }
      return share;
    }),
  );
  const seconds = (performance.now() - startMs) / 1000;
  for (const connection of connections) connection.close();
  return { seconds, fewest: Math.min(...served), longestWaitMs };
}

/** Median milliseconds until a command is answered on a connection that has nothing else to do. */
export async function answerMs(port: number, words: readonly string[]): Promise<number> {
  const connection = await RespConnection.open(port);
  const times: number[] = [];
  for (let i = 0; i < 500; i++) {
    const startMs = performance.now();
    await connection.ask(...words);
    times.push(performance.now() - startMs);
  }
  connection.close();
  return spreadOf(times).median;
}
