// A result as the Markdown page of its bench. Every row shows every contender, whoever won it.
import type { Environment } from './environment.js';
import { environmentLines } from './environment.js';
import type { BenchResult, Figure, Row, Section, Verdict } from './result.js';
import { markdownTable, ratioText, shortFigure } from './text.js';

export function resultPage(result: BenchResult, environment: Environment): string {
  return [
    `# ${result.title}`,
    '',
    ...environmentLines(environment),
    ...result.servers.map((line) => (line.startsWith('a ') ? `- server: ${line}` : `- server: \`${line}\``)),
    ...result.settings.map((line) => `- ${line}`),
    ...(result.sections.some((section) => section.rows.length > 0) ? [reading(result), ''] : ['']),
    ...verdictLines(result.verdicts ?? []),
    ...result.sections.flatMap((section) => [...sectionLines(section, result.bench), '']),
  ].join('\n');
}

/** File name of a chart, beside the page. */
export function chartFile(bench: string, chart: string): string {
  return `${bench}-${chart}.svg`;
}

function reading(result: BenchResult): string {
  const hasUse = result.sections.some(({ rows }) => rows.some(({ figures }) => figures.some(({ use }) => use)));
  return [
    "- medians, lowest to highest round in brackets; ratios are medians of the rounds' own ratios",
    ...(hasUse
      ? [
          '- CPU: cores used by the server and by the load generator; *held by* says who had none left: where it is the generator or the machine, the server could have done more',
        ]
      : []),
  ].join('\n');
}

function sectionLines(section: Section, bench: string): string[] {
  return [
    `## ${section.title}`,
    '',
    ...section.text.flatMap((paragraph) => [paragraph, '']),
    ...(section.charts ?? []).flatMap((chart) => [`![${chart.title}](${chartFile(bench, chart.name)})`, '']),
    ...(section.rows.length === 0 ? [] : [rowsTable(section.rows)]),
  ];
}

function verdictLines(verdicts: readonly Verdict[]): string[] {
  if (verdicts.length === 0) return [];
  return [
    markdownTable(
      ['what', 'against', 'target', 'measured', 'reached'],
      verdicts.map(({ what, against, target, reached, isReached }) => [
        what,
        against,
        target,
        reached,
        isReached ? 'yes' : '**no**',
      ]),
    ),
    '',
  ];
}

/** One line for each contender of each row, the row's name on the first. */
export function rowsTable(rows: readonly Row[]): string {
  const figures = rows.flatMap((row) => row.figures);
  const extras = [...new Set(figures.flatMap((figure) => Object.keys(figure.extras)))];
  const hasUse = figures.some(({ use }) => use !== undefined);
  const hasCost = figures.some(({ use }) => use?.serverMicroseconds !== undefined);
  const units = new Set(rows.map(({ unit }) => unit));
  const shared = units.size === 1 ? [...units][0] : undefined;
  const head = [
    'case',
    'contender',
    shared ?? 'figure',
    'ratios',
    ...extras,
    ...(hasUse ? ['CPU server + generator', 'held by'] : []),
    ...(hasCost ? ['server µs each'] : []),
  ];
  return markdownTable(
    head,
    rows.flatMap((row) =>
      row.figures.map((figure, index) => [
        index === 0 ? row.label : '',
        figure.contender,
        `${spreadText(figure)}${shared === undefined ? ` ${row.unit}` : ''}`,
        ratiosText(row, figure.contender),
        ...extras.map((name) => (figure.extras[name] === undefined ? '' : shortFigure(figure.extras[name]))),
        ...(hasUse ? [useText(figure), figure.bottleneck ?? ''] : []),
        ...(hasCost ? [costText(figure)] : []),
      ]),
    ),
  );
}

function spreadText({ rounds, spread }: Figure): string {
  const middle = shortFigure(spread.median);
  return rounds.length === 1 ? middle : `${middle} (${shortFigure(spread.lowest)} to ${shortFigure(spread.highest)})`;
}

function ratiosText(row: Row, contender: string): string {
  return row.ratios
    .filter(({ of }) => of === contender)
    .map(({ to, spread, rounds }) => {
      const range = rounds.length === 1 ? '' : ` (${ratioText(spread.lowest)} to ${ratioText(spread.highest)})`;
      return `${ratioText(spread.median)}${range} × ${to}`;
    })
    .join(', ');
}

function useText({ use }: Figure): string {
  return use === undefined ? '' : `${use.server.toFixed(2)} + ${use.generator.toFixed(2)}`;
}

function costText({ use }: Figure): string {
  return use?.serverMicroseconds === undefined ? '' : shortFigure(use.serverMicroseconds);
}
