/** Named times of one run, in ms. */
export type Row = Readonly<Record<string, number>>;

export function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** A Markdown table of all names that the rows have: minimum, median, maximum. */
export function toTable(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const lines = names.map((name) => {
    const values = rows.map((row) => row[name] ?? Number.NaN).filter(Number.isFinite);
    const figures = [Math.min(...values), median(values), Math.max(...values)].map((value) =>
      value.toFixed(0),
    );
    return `| ${name} | ${figures.join(' | ')} |`;
  });
  return ['| ms | min | median | max |', '|---|---|---|---|', ...lines].join('\n');
}

/** The value that this share of all is at or below. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
