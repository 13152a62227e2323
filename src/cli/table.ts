/** Columns for people: as wide as their longest cell, two blanks between. Nothing for no rows but the head. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  const toLine = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return all.map(toLine).join('\n');
}

/** What a terminal would take as an order is shown as a blank: names and logs come from others. */
export function plain(text: string | null | undefined): string {
  if (text === null || text === undefined || text === '') return '-';
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/** As `plain`, line by line. */
export function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : plain(line)))
    .join('\n');
}
