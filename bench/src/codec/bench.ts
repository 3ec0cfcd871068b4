// codec: our decoder and encoder against those of the usual clients, on the same bytes, by the `benchmark` package.
import Benchmark from 'benchmark';
import { type Bench, isWanted } from '../frame/bench.js';
import { runContest } from '../frame/contest.js';
import type { Row } from '../frame/result.js';
import { contenderOrder, ours, type Workload, workloads } from './workloads.js';

export const codecBench: Bench = {
  name: 'codec',
  about: 'decoding and encoding against redis-parser, node-redis and ioredis, on the same bytes',
  minutes: 7,
  isInAll: true,
  async run(context) {
    const seconds = context.isQuick ? 0.05 : 0.5;
    const rows: Row[] = [];
    for (const workload of workloads()) {
      if (!isWanted(context, workload.id)) continue;
      rows.push(
        await runContest({
          id: workload.id,
          label: workload.label,
          unit: 'items/s',
          better: 'higher',
          rounds: context.rounds,
          progress: context.progress,
          entrants: Object.entries(workload.runs).map(([name, run]) => ({
            name,
            measure: async () => ({ value: rateOf(workload, run, seconds) }),
          })),
          ratios: Object.keys(workload.runs)
            .filter((name) => name !== ours)
            .map((name) => [ours, name] as const),
        }),
      );
    }
    const sections = [
      { title: 'Decoding', start: ['decode', 'parse'] },
      { title: 'Encoding', start: ['encode', 'request'] },
    ].map(({ title, start }) => ({ title, rows: rows.filter(({ id }) => start.some((word) => id.startsWith(word))) }));
    return {
      bench: 'codec',
      title: 'The codec beside those of other clients',
      servers: [],
      settings: [
        'items are replies or requests; one process, no sockets; bulk strings come out as Buffers everywhere',
        'ours hands out one reply at a time and keeps its buffers, the others call back and join strings, which are turned into bytes here as a socket would',
        'redis-parser hands out views of what was received: quick for small bulk strings, but each keeps all it came with in memory for as long as it is held. Ours are copies',
      ],
      sections: sections
        .filter((one) => one.rows.length > 0)
        .map(({ title, rows: own }) => ({
          title,
          text: [],
          rows: own,
          charts: [
            {
              name: title.toLowerCase(),
              title: `${title}, against the peers`,
              subtitle: 'our items a second over theirs, logarithmic; above 1 ours is faster',
              kind: 'bars' as const,
              isHorizontal: true,
              isLogarithmic: true,
              mark: { value: 1, label: 'equal' },
              categories: own.map(({ label }) => label),
              series: contenderOrder
                .filter((peer) => own.some(({ ratios }) => ratios.some(({ to }) => to === peer)))
                .map((peer) => ({
                  name: `against ${peer}`,
                  values: own.map(({ ratios }) => ratios.find(({ to }) => to === peer)?.spread.median ?? null),
                })),
              valueAxis: 'times as fast',
            },
          ],
        })),
    };
  },
};

/** Items a second by one look of the `benchmark` package. */
function rateOf({ items }: Workload, run: () => void, maxTime: number): number {
  const one = new Benchmark(run, { maxTime, minTime: maxTime / 10, minSamples: 5 });
  one.run({ async: false });
  if (one.error !== undefined) throw one.error;
  return one.hz * items;
}
