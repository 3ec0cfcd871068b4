// numbers: every line of the table of targets, measured side by side in one run, with what was reached and yes or no. It
// borrows the other benches' measurements and leaves out what the targets do not ask for.

import { runContention } from '../contention/bench.js';
import { phpCycleRowOf } from '../cycle/bench.js';
import { runDurability } from '../durability/bench.js';
import type { Bench, BenchContext } from '../frame/bench.js';
import type { BenchResult, Chart, Row, Section, Verdict } from '../frame/result.js';
import { phpNames, startPhpHandlers } from '../php/php-handlers.js';
import { measureAtSize, ownInMemory } from '../scale/at-size.js';
import { tailText } from '../scale/bench.js';
import { runTail } from '../scale/tail.js';
import { runHeadline } from '../throughput/bench.js';
import { killRounds } from './kill-rounds.js';
import { contentionVerdicts, cycleVerdicts, durabilityVerdicts, headlineVerdicts, scaleVerdicts } from './verdicts.js';

interface Part {
  readonly name: string;
  run(context: BenchContext): Promise<{ readonly section: Section; readonly verdicts: readonly Verdict[] }>;
}

const parts: readonly Part[] = [
  {
    name: 'headline',
    async run(context) {
      const { rows } = await runHeadline(context, false);
      return {
        section: {
          title: 'Load',
          text: ['redis-benchmark, 50 connections, values of 200 bytes, one-second durability on both.'],
          rows,
        },
        verdicts: headlineVerdicts(rows),
      };
    },
  },
  {
    name: 'durability',
    async run(context) {
      const { rows } = await runDurability(context, { hasPeers: false });
      return { section: { title: 'Durability', text: [], rows }, verdicts: durabilityVerdicts(rows) };
    },
  },
  {
    name: 'cycle',
    async run(context) {
      const contest = await startPhpHandlers([phpNames.interval, phpNames.redisTuned, phpNames.memcachedDefault]);
      try {
        const row = await phpCycleRowOf(context, contest.handlers);
        return { section: { title: 'PHP page cycle', text: [], rows: [row] }, verdicts: cycleVerdicts(row) };
      } finally {
        await contest.stop();
      }
    },
  },
  {
    name: 'contention',
    async run(context) {
      const { row } = await runContention(context, [
        phpNames.interval,
        phpNames.redisDefault,
        phpNames.redisTuned,
        phpNames.memcachedDefault,
        phpNames.memcachedTuned,
      ]);
      return {
        section: { title: 'One session wanted by eight', text: [], rows: [row] },
        verdicts: contentionVerdicts(row),
      };
    },
  },
  {
    name: 'scale',
    async run(context) {
      const rows = await measureAtSize(context, context.maxSessions, ['memory', 'find', 'restart']);
      return { section: { title: 'Many sessions', text: [], rows }, verdicts: scaleVerdicts(rows) };
    },
  },
  {
    name: 'tail',
    async run(context) {
      const row = await runTail(context, 1000, context.maxSessions);
      return { section: { title: 'Tail of latencies', text: [tailText], rows: [row] }, verdicts: scaleVerdicts([row]) };
    },
  },
  {
    name: 'kills',
    async run(context) {
      const { text, verdict } = await killRounds(context.isQuick ? 2 : 25, context.progress);
      return { section: { title: 'Kills', text: [text], rows: [] }, verdicts: [verdict] };
    },
  },
];

export const numbersBench: Bench = {
  name: 'numbers',
  about:
    'every target with what was reached; --case headline|durability|cycle|contention|scale|tail|kills for one part',
  minutes: 23,
  isInAll: false,
  async run(context): Promise<BenchResult> {
    const chosen = parts.filter(({ name }) => context.caseText === undefined || name === context.caseText);
    if (chosen.length === 0)
      throw new Error(
        `--case of numbers is one of ${parts.map(({ name }) => name).join(', ')}, not ${context.caseText}`,
      );
    const { caseText: _, ...whole } = context;
    const sections: Section[] = [];
    const verdicts: Verdict[] = [];
    for (const part of chosen) {
      const done = await runPart(part, whole);
      sections.push(done.section);
      verdicts.push(...done.verdicts);
      for (const one of done.verdicts)
        context.progress(`${one.isReached ? 'yes' : 'NO '}  ${one.what}: ${one.reached} (${one.target})`);
    }
    const chart = chosen.length === parts.length ? [overview(sections.flatMap(({ rows }) => rows))] : [];
    return {
      bench: 'numbers',
      title: 'Targets and what was reached',
      servers: [],
      settings: [
        `${context.rounds} interleaved rounds (contention and restart 3); what was tried where a target is not reached: [limits](limits.md)`,
        `open loop of ${context.openLoopSeconds} s at each number of sessions; up to ${context.maxSessions.toLocaleString('en')} sessions`,
      ],
      verdicts,
      sections: [
        ...(chart.length > 0 ? [{ title: 'At a glance', text: [], rows: [], charts: chart }] : []),
        ...sections,
      ],
    };
  },
};

/** A part that fails is a target that was not reached; the others are still measured. */
async function runPart(part: Part, context: BenchContext): ReturnType<Part['run']> {
  try {
    return await part.run(context);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      section: { title: part.name, text: [`This part failed: ${message}`], rows: [] },
      verdicts: [
        { what: part.name, against: '', target: 'to be measured', reached: `failed: ${message}`, isReached: false },
      ],
    };
  }
}

/** How many times better than Redis, or its PHP handler, everything is; the chart of the README. */
export function overview(rows: readonly Row[]): Chart {
  const gains = rows.flatMap((row) =>
    row.ratios
      .filter(({ to }) => peersOfOverview.includes(to))
      .map(({ of, to, spread }) => ({
        label: `${overviewLabel(row, to)}${of === ownInMemory ? ', all in memory' : ''}`,
        gain: row.better === 'higher' ? spread.median : 1 / spread.median,
      })),
  );
  return {
    name: 'overview',
    title: 'msession beside Redis, in one run on one machine',
    subtitle: 'times as good, logarithmic; right of the line msession leads, left of it Redis does',
    kind: 'bars',
    isHorizontal: true,
    isLogarithmic: true,
    mark: { value: 1, label: 'equal' },
    categories: gains.map(({ label }) => label),
    series: [{ name: 'msession', values: gains.map(({ gain }) => gain) }],
    valueAxis: 'times as good as Redis',
  };
}

const peersOfOverview: readonly string[] = ['redis', phpNames.redisTuned];

function overviewLabel(row: Row, peer: string): string {
  const known: readonly (readonly [string, string])[] = [
    ['php-one-client', 'PHP page cycles a second'],
    ['one-session', '99th percentile wait for a wanted session'],
    ['memory-', 'memory per session'],
    ['find-', 'search among all sessions'],
    ['restart-', 'restart'],
  ];
  const found = known.find(([start]) => row.id.startsWith(start))?.[1];
  if (found !== undefined) return found;
  const [operation, pipeline] = row.id.split('-');
  return peer === 'redis' && pipeline !== undefined
    ? `${operation === 'read' ? 'GETVAL' : 'SETVAL'} a second, pipeline ${pipeline}`
    : row.label;
}
