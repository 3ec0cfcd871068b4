// Figures as people read them.

export function thousands(figure: number): string {
  return String(Math.round(figure)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Three significant digits below a thousand, whole numbers with commas above. */
export function shortFigure(figure: number): string {
  if (!Number.isFinite(figure)) return String(figure);
  if (Math.abs(figure) >= 1000) return thousands(figure);
  return String(Number(figure.toPrecision(3)));
}

/** For axes and bars: 434k, 1.63M. */
export function compactFigure(figure: number): string {
  const size = Math.abs(figure);
  if (size >= 999_500) return `${Number((figure / 1e6).toPrecision(3))}M`;
  return size >= 10_000 ? `${Number((figure / 1000).toPrecision(3))}k` : shortFigure(figure);
}

/** A ratio to two places; three significant digits where two places would show nothing. */
export function ratioText(ratio: number): string {
  return Math.abs(ratio) >= 0.1 ? ratio.toFixed(2) : String(Number(ratio.toPrecision(2)));
}

/** A Markdown table; cells must not hold line ends. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
