// scale: how cost grows with the number of sessions, from a thousand to a million.
import { type Bench, type BenchContext, isWanted } from '../frame/bench.js';
import type { Chart, Row, Section } from '../frame/result.js';
import { thousands } from '../frame/text.js';
import { measureAtSize, own, ownInMemory, peer, type ScalePart } from './at-size.js';
import { runTail } from './tail.js';

const parts: readonly {
  readonly part: ScalePart;
  readonly title: string;
  readonly text: string;
  readonly axis: string;
}[] = [
  {
    part: 'memory',
    title: 'Memory',
    text: 'Anonymous resident memory of the whole process (`RssAnon`) divided by the sessions in it. With `interval` cold sessions are in the store file, whose pages the system may take back at any time and which therefore do not count; with `none` all are in memory.',
    axis: 'bytes per session',
  },
  { part: 'getval', title: 'Reading one variable', text: 'redis-benchmark, random sessions.', axis: 'reads a second' },
  {
    part: 'find',
    title: 'Search',
    text: 'FIND of one user among all sessions, second search on, each time another user; the first search on a name builds its index. Redis has no index: SCAN, with an HGET of each key in pipelines of a thousand.',
    axis: 'milliseconds',
  },
  {
    part: 'list',
    title: 'All ids',
    text: 'LIST by CURSOR and SCAN, pages of a thousand, one after the other.',
    axis: 'milliseconds',
  },
  {
    part: 'restart',
    title: 'Restart',
    text: 'From the start of the process to its first right answer, with everything in place. Redis loads the RDB file that it wrote before.',
    axis: 'milliseconds',
  },
  {
    part: 'storm',
    title: 'Expiry storm',
    text: 'All sessions end within one second while 2,000 reads a second of others go on (open loop).',
    axis: 'milliseconds',
  },
];

/** What a section of the tail says above its table. */
export const tailText =
  'Open loop on msession `interval`: 70 % reads and 25 % writes of existing sessions, 5 % new ones that expire after ten seconds, so that commits and sweeps run all the time. Latency counts from when each request was due. The load generator looks at the clock all the time and takes a core; its own delay stands beside.';

export const scaleBench: Bench = {
  name: 'scale',
  about: '1,000 to 1,000,000 sessions: memory, reads, search, paging, restart, expiry storm, tail of latencies',
  minutes: 18,
  isInAll: true,
  async run(context) {
    const sizes = sizesUpTo(context.maxSessions);
    const rows: Row[] = [];
    const wanted = parts.filter(({ part }) => isWanted(context, part)).map(({ part }) => part);
    if (wanted.length > 0) for (const sessions of sizes) rows.push(...(await measureAtSize(context, sessions, wanted)));
    const sections = parts
      .filter(({ part }) => wanted.includes(part))
      .map((one): Section => {
        const own = rows.filter(({ id }) => id.startsWith(`${one.part}-`));
        return { title: one.title, text: [one.text], rows: own, charts: [sizeChart(one, own, sizes)] };
      });
    const tail = isWanted(context, 'tail') ? [await tailSection(context, sizes)] : [];
    return {
      bench: 'scale',
      title: 'From a thousand sessions to a million',
      servers: [
        'msessiond --durability interval --data-dir …',
        'msessiond --durability none',
        'redis-server --save "" --appendonly no',
      ],
      settings: [
        'a session has an id of 32 bytes, three variables, 200 bytes of data and a day to live; on Redis it is a hash with the same content and an expiry',
      ],
      sections: [...sections, ...tail],
    };
  },
};

async function tailSection(context: BenchContext, sizes: readonly number[]): Promise<Section> {
  const row = await runTail(context, sizes[0] as number, sizes.at(-1) as number);
  return { title: 'The tail of latencies', text: [tailText], rows: [row] };
}

/** Powers of ten from a thousand. */
export function sizesUpTo(most: number): number[] {
  const sizes: number[] = [];
  for (let size = 1000; size <= most; size *= 10) sizes.push(size);
  return sizes;
}

function sizeChart(one: (typeof parts)[number], rows: readonly Row[], sizes: readonly number[]): Chart {
  const names = [own, ownInMemory, peer].filter((name) =>
    rows.some(({ figures }) => figures.some(({ contender }) => contender === name)),
  );
  return {
    name: one.part,
    title: one.title,
    subtitle: `${one.axis}, by number of sessions`,
    kind: 'lines',
    categories: sizes.map((size) => thousands(size)),
    series: names.map((name) => ({
      name,
      values: sizes.map(
        (size) =>
          rows.find(({ id }) => id === `${one.part}-${size}`)?.figures.find(({ contender }) => contender === name)
            ?.spread.median ?? null,
      ),
    })),
    valueAxis: one.axis,
    isLogarithmic: one.part !== 'getval',
  };
}
