/** Tables as plain text and as Markdown, and the forms that figures take in them. */

/**
 * @typedef {{ title: string, columns: string[], rows: string[][], notes?: string[], text?: number }} Table
 *   `text` is how many of the first columns are words; the others are figures, aligned at the right. Default 1.
 */

/** @param {Table} table */
export function toText({ title, columns, rows, notes = [], text = 1 }) {
  const widths = columns.map((_, j) => Math.max(...[columns, ...rows].map((row) => row[j].length)));
  const line = (row) => {
    const cells = row.map((cell, j) => (j < text ? cell.padEnd(widths[j]) : cell.padStart(widths[j])));
    return cells.join("  ").trimEnd();
  };
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [title, "", line(columns), rule, ...rows.map(line), ...notes.map((note) => `* ${note}`)].join("\n");
}

/** @param {Table} table */
export function toMarkdown({ title, columns, rows, notes = [], text = 1 }) {
  const line = (row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = columns.map((_, j) => (j < text ? "---" : "---:"));
  const list = notes.length > 0 ? ["", ...notes.map((note) => `- ${note}`)] : [];
  return [`### ${title}`, "", line(columns), line(rule), ...rows.map(line), ...list].join("\n");
}

/** A figure with `digits` significant digits, written out: 0.0123, 1.23, 123, 12300. */
export function figure(value, digits = 3) {
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
  return value.toFixed(Math.max(0, digits - 1 - exponent));
}

export const percent = (fraction) => `${(100 * fraction).toFixed(0)} %`;
export const times = (ratio) => `${figure(ratio)}×`;
export const thousands = (value) => Math.round(value).toLocaleString("en-US");
