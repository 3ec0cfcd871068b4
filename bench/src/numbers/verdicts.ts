// The targets, and how each is read from the measured rows. A ratio counts by its median; 0.97 counts as 1.0 under load,
// where rounds of one server differ by more.
import { contestColumns } from '../contention/bench.js';
import { durabilityRows } from '../durability/bench.js';
import type { Row, Verdict } from '../frame/result.js';
import { ratioText, shortFigure } from '../frame/text.js';
import { phpNames } from '../php/php-handlers.js';
import { own, peer } from '../scale/at-size.js';
import { tailColumn } from '../scale/tail.js';
import { hashes, ours } from '../throughput/run-cases.js';

interface RatioTarget {
  readonly what: string;
  readonly against: string;
  readonly of: string;
  readonly to: string;
  readonly least?: number;
  readonly most?: number;
  /** What counts as reached, where noise is allowed for. */
  readonly countsFrom?: number;
}

function ratioVerdict(row: Row, target: RatioTarget): Verdict {
  const { what, against, of, to, least, most, countsFrom = least } = target;
  const ratio = row.ratios.find((one) => one.of === of && one.to === to);
  const wanted = least === undefined ? `at most ${most} times` : `${least} times or more`;
  if (ratio === undefined) return { what, against, target: wanted, reached: 'not measured', isReached: false };
  const { median, lowest, highest } = ratio.spread;
  const range = ratio.rounds.length > 1 ? ` (${ratioText(lowest)} to ${ratioText(highest)})` : '';
  const isReached = (countsFrom === undefined || median >= countsFrom) && (most === undefined || median <= most);
  const allowance = countsFrom === least ? '' : ` (${countsFrom} counts: noise)`;
  return { what, against, target: `${wanted}${allowance}`, reached: `${ratioText(median)}${range}`, isReached };
}

export function headlineVerdicts(rows: readonly Row[]): Verdict[] {
  return rows.map((row) =>
    ratioVerdict(row, {
      what: row.label,
      against: row.id.startsWith('read') ? 'redis HGET' : 'redis HSET',
      of: ours,
      to: hashes,
      least: 1,
      countsFrom: 0.97,
    }),
  );
}

export function durabilityVerdicts(rows: readonly Row[]): Verdict[] {
  const verdict = (mode: 'interval' | 'always', row: Row, least: number) =>
    ratioVerdict(row, {
      what: `\`${mode}\` against \`none\`: ${row.label}`,
      against: 'itself',
      of: `msession, ${mode}`,
      to: phpNames.none,
      least,
    });
  return rows.flatMap((row) => [
    verdict('interval', row, 0.9),
    ...(row.id === durabilityRows.write || row.id === durabilityRows.page ? [verdict('always', row, 0.3)] : []),
  ]);
}

export function cycleVerdicts(row: Row): Verdict[] {
  return [
    ratioVerdict(row, {
      what: 'PHP page cycle, one client, one-second durability',
      against: 'phpredis with locking on',
      of: phpNames.interval,
      to: phpNames.redisTuned,
      least: 1.5,
    }),
  ];
}

/** A tenth of the rival's wait, or close enough to a queue that loses no time. */
export function contentionVerdicts(row: Row): Verdict[] {
  const first = row.figures.find(({ contender }) => contender === phpNames.interval);
  const overIdeal = first?.extras[contestColumns.overIdeal] ?? Number.POSITIVE_INFINITY;
  return row.ratios.map(({ to, spread }) => {
    const rival = row.figures.find(({ contender }) => contender === to);
    const [failed, lost] = [rival?.extras[contestColumns.failed] ?? 0, rival?.extras[contestColumns.lost] ?? 0];
    const flaws = [
      failed > 0 ? `${Math.round(failed)} gave up` : '',
      lost > 0 ? `${Math.round(lost)} writes lost` : '',
    ];
    const flawText = flaws.filter((flaw) => flaw !== '').join(', ');
    return {
      what: '99th percentile wait for one session, 8 PHP processes',
      against: flawText === '' ? to : `${to} (${flawText} there)`,
      target: 'a tenth, or within 1.3 of the ideal queue',
      reached: `${shortFigure(first?.spread.median ?? 0)} ms against ${shortFigure(rival?.spread.median ?? 0)} ms: ${ratioText(spread.median)}; ${ratioText(overIdeal)} of ideal`,
      isReached: spread.median <= 0.1 || overIdeal <= 1.3,
    };
  });
}

/** Whichever of these rows are there. */
export function scaleVerdicts(rows: readonly Row[]): Verdict[] {
  return rows.flatMap((row): Verdict[] => {
    const part = row.id.split('-')[0];
    const target = (what: string, against: string, most: number, of = own) =>
      ratioVerdict(row, { what: `${what}, ${row.label}`, against, of, to: peer, most });
    const figures = (unit: string) =>
      ` (${row.figures.map(({ contender, spread }) => `${contender} ${shortFigure(spread.median)}`).join(', ')} ${unit})`;
    const withFigures = (verdict: Verdict, unit: string) => ({ ...verdict, reached: verdict.reached + figures(unit) });
    if (part === 'memory')
      return row.ratios.map(({ of }) => {
        const mode = of === own ? '`interval`' : 'all in memory (`none`)';
        return withFigures(target(`anonymous memory per session, ${mode}`, 'redis hashes with expiry', 1, of), 'bytes');
      });
    if (part === 'find') return [withFigures(target('FIND with 10 hits', 'SCAN and HGET on redis', 0.001), 'ms')];
    if (part === 'restart')
      return [withFigures(target('restart until it answers', 'redis loading its own file', 0.2), 'ms')];
    return part === 'tail' ? [tailVerdict(row)] : [];
  });
}

/** By all slices together: a slice of its own has few of the slowest. */
function tailVerdict(row: Row): Verdict {
  const [few, many] = row.figures.map(({ extras }) => extras[tailColumn] ?? 0) as [number, number];
  const ratio = many / few;
  return {
    what: `99.9th percentile with ${row.figures[1]?.contender.replace('msession, ', '')}, ${row.label}`,
    against: `itself with ${row.figures[0]?.contender.replace('msession, ', '')}`,
    target: 'at most 1.5 times',
    reached: `${ratioText(ratio)} (${shortFigure(many)} ms over ${shortFigure(few)} ms)`,
    isReached: ratio <= 1.5,
  };
}
