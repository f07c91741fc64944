/** Rows count from 1 for people, as in reports, and from 0 in JSON; lines of texts are said beside them. */
export function lineName(lines: ArrayLike<number> | undefined, row: number): string {
  const line = lines?.[row];
  return line === undefined ? String(row + 1) : `${row + 1} (line ${line})`;
}
