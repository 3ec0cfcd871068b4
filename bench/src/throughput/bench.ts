// throughput: redis-benchmark on session variables beside Redis's hashes and strings, over pipelines, connections and
// sizes. headline: the one load that the project measures itself by.
import type { Bench, BenchContext } from '../frame/bench.js';
import type { Chart, Row, Section } from '../frame/result.js';
import { thousands } from '../frame/text.js';
import { bytesUnderWay, type LoadCase, sizeText } from './load-case.js';
import { ceiling, hashes, ours, runCases, secondsOverCommits, strings } from './run-cases.js';

const operations = ['read', 'write'] as const;
const pipelines = [1, 16, 64] as const;
const mostBytesUnderWay = 256 * 1024 * 1024;

/** 50 connections, 200-byte values, 100,000 existing sessions. */
export function headlineCases(isQuick: boolean): LoadCase[] {
  return pipelines.flatMap((pipeline) =>
    operations.map((operation) => ({
      operation,
      pipeline,
      clients: 50,
      valueBytes: 200,
      sessions: isQuick ? 10_000 : 100_000,
    })),
  );
}

/** The whole grid, less what would have more under way than a case should. */
export function gridCases(isQuick: boolean): LoadCase[] {
  const sizes = [
    { valueBytes: 64, sessions: 100_000 },
    { valueBytes: 1024, sessions: 50_000 },
    { valueBytes: 65_536, sessions: 1000 },
  ];
  return sizes
    .filter(({ valueBytes }) => !isQuick || valueBytes !== 1024)
    .flatMap(({ valueBytes, sessions }) =>
      [1, 50, 500]
        .filter((clients) => !isQuick || clients === 50)
        .flatMap((clients) =>
          pipelines
            .filter((pipeline) => !isQuick || pipeline < 64)
            .flatMap((pipeline) =>
              operations.map((operation) => ({
                operation,
                pipeline,
                clients,
                valueBytes,
                sessions: isQuick ? Math.min(sessions, 10_000) : sessions,
              })),
            ),
        ),
    )
    .filter((one) => bytesUnderWay(one) <= mostBytesUnderWay);
}

export const throughputBench: Bench = {
  name: 'throughput',
  about: 'GETVAL/SETVAL beside HGET/HSET, GET/SET and a raw ceiling: pipelines, connections, sizes',
  minutes: 25,
  isInAll: true,
  async run(context) {
    const cases = gridCases(context.isQuick);
    const sizes = [...new Set(cases.map(({ valueBytes }) => valueBytes))];
    const sessionsOf = (bytes: number) => cases.find(({ valueBytes }) => valueBytes === bytes)?.sessions ?? 0;
    const { rows, servers, example } = await runCases(context, {
      cases,
      durability: 'none',
      seconds: context.isQuick ? 0.3 : 1,
      hasOthers: true,
    });
    return {
      bench: 'throughput',
      title: 'Throughput beside Redis',
      servers: [...servers, 'a Node server that only answers (raw ceiling)'],
      settings: [
        `${context.rounds} rounds; in each, every contender in turn`,
        `existing sessions: ${sizes.map((valueBytes) => `${thousands(sessionsOf(valueBytes))} with ${sizeText(valueBytes)}`).join(', ')}; written values differ from write to write`,
        `cases with more than ${mostBytesUnderWay / 1024 ** 2} MiB under way at once are left out (64 KiB at 500 connections and pipeline 16 or 64)`,
        `each figure comes from a line like \`${example}\``,
      ],
      sections: sizes.map((valueBytes) =>
        sectionOf(
          `Values of ${sizeText(valueBytes)}`,
          rows.filter(({ id }) => id.endsWith(`-${sizeText(valueBytes).replace(' ', '')}`)),
          `size-${valueBytes}`,
        ),
      ),
    };
  },
};

export const headlineBench: Bench = {
  name: 'headline',
  about: '50 connections, 200-byte values, 100,000 sessions, one-second durability on both: pipelines 1, 16, 64',
  minutes: 13,
  isInAll: true,
  async run(context) {
    const { rows, servers, example } = await runHeadline(context, true);
    return {
      bench: 'headline',
      title: 'The headline load',
      servers: [...servers, 'a Node server that only answers (raw ceiling)'],
      settings: [
        `${context.rounds} rounds; in each, every contender in turn`,
        `${thousands(headlineCases(context.isQuick)[0]?.sessions ?? 0)} existing sessions, 50 connections, values of 200 bytes that differ from write to write`,
        'both servers with one-second durability: `interval`, and an AOF with `everysec`',
        `each figure comes from a line like \`${example}\``,
      ],
      sections: [sectionOf('Requests a second', rows, 'rate')],
    };
  },
};

export async function runHeadline(context: BenchContext, hasOthers: boolean) {
  return await runCases(context, {
    cases: headlineCases(context.isQuick),
    durability: 'interval',
    seconds: context.isQuick ? 0.4 : secondsOverCommits,
    hasOthers,
  });
}

function sectionOf(title: string, rows: readonly Row[], name: string): Section {
  return { title, text: [], rows, charts: rows.length === 0 ? [] : [rateChart(title, rows, name)] };
}

/** Requests a second of those rows with 50 connections, or of all when none has. */
function rateChart(title: string, rows: readonly Row[], name: string): Chart {
  const usual = rows.filter(({ id }) => id.includes('-c50-'));
  const shown = usual.length > 0 ? usual : rows;
  return {
    name,
    title: `${title}, 50 connections`,
    subtitle: 'requests a second by redis-benchmark; higher is better',
    kind: 'bars',
    categories: shown.map(({ id }) => {
      const [operation, pipeline] = id.split('-');
      return `${operation === 'read' ? 'GETVAL' : 'SETVAL'}\npipeline ${pipeline}`;
    }),
    series: [ours, hashes, strings, ceiling]
      .filter((contender) => shown.some(({ figures }) => figures.some((figure) => figure.contender === contender)))
      .map((contender) => ({
        name: contender === hashes ? 'redis HGET/HSET' : contender,
        values: shown.map(
          ({ figures }) => figures.find((figure) => figure.contender === contender)?.spread.median ?? null,
        ),
      })),
    valueAxis: 'requests a second',
  };
}
