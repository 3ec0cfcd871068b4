// Everything that is measured at one number of sessions, beside Redis with the same ones as hashes with expiry.
import { fill } from '../contenders/fill.js';
import { startMsessiond } from '../contenders/msessiond.js';
import { startRedis } from '../contenders/redis-server.js';
import { removeFolder, temporaryFolder } from '../contenders/server-process.js';
import type { BenchContext } from '../frame/bench.js';
import { runContest } from '../frame/contest.js';
import { anonymousBytes } from '../frame/processor-time.js';
import { type Direction, figureOf, type Row, rowOf } from '../frame/result.js';
import { shortFigure, thousands } from '../frame/text.js';
import { benchmarkEntrant } from '../throughput/run-cases.js';
import { restartOwn, restartPeer } from './restart.js';
import { timeFind, timeScan, timeWalk } from './search.js';
import { ownSession, peerSession, readOwn, readPeer } from './sessions.js';
import { expiryStorm } from './storm.js';

export type ScalePart = 'memory' | 'getval' | 'find' | 'list' | 'restart' | 'storm';

export const own = 'msession, interval';
export const ownInMemory = 'msession, none';
export const peer = 'redis';

export function scaleRowId(part: ScalePart, sessions: number): string {
  return `${part}-${sessions}`;
}

export async function measureAtSize(
  context: BenchContext,
  sessions: number,
  parts: readonly ScalePart[],
): Promise<Row[]> {
  const rows: Row[] = [];
  const has = (part: ScalePart) => parts.includes(part);
  const row = (part: ScalePart, unit: string, figures: Row['figures'], better: Direction = 'lower') => {
    rows.push(
      rowOf({
        id: scaleRowId(part, sessions),
        label: `${thousands(sessions)} sessions`,
        unit,
        better,
        figures,
        ratios: [
          [own, peer],
          [ownInMemory, peer],
        ],
      }),
    );
    context.progress(`${part} at ${thousands(sessions)}  ${figures.map(progressText).join('  ')}  ${unit}`);
  };
  const inMemory = has('memory') ? await memoryWithout(context, sessions) : undefined;
  const [ownFolder, peerFolder] = [temporaryFolder(), temporaryFolder()];
  let msession = await startMsessiond('interval', { folder: ownFolder });
  let redis = await startRedis('none', { folder: peerFolder });
  try {
    const empty = { own: anonymousBytes(msession.pid), peer: anonymousBytes(redis.pid) };
    context.progress(`filling two servers with ${thousands(sessions)} sessions`);
    await fill(msession.port, sessions, ownSession);
    await fill(redis.port, sessions, peerSession);
    if (inMemory !== undefined) {
      await settle(context);
      const bytes = { own: anonymousBytes(msession.pid), peer: anonymousBytes(redis.pid) };
      row('memory', 'bytes of RssAnon per session', [
        memoryFigure(own, bytes.own, empty.own, sessions),
        memoryFigure(ownInMemory, inMemory.full, inMemory.empty, sessions),
        memoryFigure(peer, bytes.peer, empty.peer, sessions),
      ]);
    }
    if (has('getval')) {
      const shape = { clients: 50, pipeline: 1, keyspace: sessions, valueBytes: 20 };
      const seconds = context.isQuick ? 0.4 : 1.5;
      rows.push(
        await runContest({
          id: scaleRowId('getval', sessions),
          label: `${thousands(sessions)} sessions`,
          unit: 'GETVAL/s, pipeline 1, 50 connections',
          better: 'higher',
          rounds: Math.min(3, context.rounds),
          progress: context.progress,
          entrants: [
            benchmarkEntrant(own, msession, { ...shape, words: readOwn }, seconds),
            benchmarkEntrant(peer, redis, { ...shape, words: readPeer }, seconds),
          ],
          ratios: [[own, peer]],
        }),
      );
    }
    if (has('find')) {
      const found = await timeFind(msession.port, sessions, context.isQuick ? 50 : 500);
      const scans: number[] = [];
      for (let round = 0; round < (context.isQuick ? 1 : 3); round++) scans.push(await timeScan(redis.port, sessions));
      row('find', 'ms, ten hits', [
        figureOf(
          own,
          scans.map(() => found.laterMs),
          { 'first search ms': found.firstMs },
        ),
        figureOf(peer, scans),
      ]);
    }
    if (has('list')) {
      const [ownWalk, peerWalk] = [
        await timeWalk(msession.port, 'own', sessions),
        await timeWalk(redis.port, 'peer', sessions),
      ];
      row('list', 'ms, all ids in pages of 1,000', [
        figureOf(own, [ownWalk.allMs], { 'page p99 ms': ownWalk.pageP99Ms }),
        figureOf(peer, [peerWalk.allMs], { 'page p99 ms': peerWalk.pageP99Ms }),
      ]);
    }
    if (has('restart')) {
      const took: { own: number[]; peer: number[] } = { own: [], peer: [] };
      for (let round = 0; round < (context.isQuick ? 1 : 3); round++) {
        const ownRestart = await restartOwn(msession, ownFolder, sessions);
        msession = ownRestart.server;
        took.own.push(ownRestart.tookMs);
        const peerRestart = await restartPeer(redis, peerFolder, sessions);
        redis = peerRestart.server;
        took.peer.push(peerRestart.tookMs);
      }
      row('restart', 'ms until the first answer', [figureOf(own, took.own), figureOf(peer, took.peer)]);
    }
    if (has('storm')) {
      const options = { sessions, ratePerSecond: 2000, seconds: context.isQuick ? 3 : 20 };
      const ownStorm = await expiryStorm({ ...options, server: msession, kind: 'own' });
      const peerStorm = await expiryStorm({ ...options, server: redis, kind: 'peer' });
      row(
        'storm',
        'ms, 99.9th percentile of reads meanwhile',
        [ownStorm, peerStorm].map((storm, index) =>
          figureOf(index === 0 ? own : peer, [storm.readP999Ms], {
            'longest read ms': storm.readMaxMs,
            'all gone after ms': storm.goneMs,
          }),
        ),
      );
    }
  } finally {
    await Promise.all([msession.stop(), redis.stop()]);
    removeFolder(ownFolder);
    removeFolder(peerFolder);
  }
  return rows;
}

function progressText({ contender, spread, extras }: Row['figures'][number]): string {
  const beside = Object.entries(extras).map(([name, value]) => `${name} ${shortFigure(value)}`);
  return `${contender} ${shortFigure(spread.median)}${beside.length > 0 ? ` (${beside.join(', ')})` : ''}`;
}

async function memoryWithout(context: BenchContext, sessions: number): Promise<{ full: number; empty: number }> {
  const server = await startMsessiond('none');
  try {
    const empty = anonymousBytes(server.pid);
    await fill(server.port, sessions, ownSession);
    await settle(context);
    return { full: anonymousBytes(server.pid), empty };
  } finally {
    await server.stop();
  }
}

/** Commits end and buffers are given back. */
async function settle(context: BenchContext): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, context.isQuick ? 1500 : 6000));
}

/** The whole process is charged to its sessions: that is what an operator pays for. */
function memoryFigure(name: string, full: number, empty: number, sessions: number) {
  return figureOf(name, [full / sessions], {
    'without the empty server': (full - empty) / sessions,
    'whole process, MiB': full / 1024 ** 2,
  });
}
