import { nearest } from "../common/nearest.js";
import { quote } from "../common/printable.js";
import type { Table, TablePreprocessor } from "../data/index.js";
import { type AnyMatrix, ArgumentError } from "../index.js";
import { plural } from "../report/numberText.js";

/**
 * @param name what the table is called
 * @param needed names of columns
 * @param why who needs them, in a few words
 * @throws {ArgumentError} if the table lacks any of them
 */
export function assertNamedColumns(name: string, table: Table, needed: readonly string[], why: string): void {
  const names = table.columns.map((column) => column.name);
  const lacking = needed.filter((column) => !names.includes(column));
  if (lacking.length === 0) return;
  const near = nearest(lacking[0]!, names);
  throw new ArgumentError(
    `${name} has no column ${lacking.slice(0, 5).map(quote).join(", ")}, which ${why} ` +
      `(it has: ${names.slice(0, 12).map(quote).join(", ")}${names.length > 12 ? ", …" : ""})` +
      (near === undefined ? "" : `; did you mean ${quote(near)}?`),
  );
}

/**
 * Says which columns have categories that were not there in training: all their features are 0.
 *
 * @param transformed what the preprocessor makes of the table, if that is there already
 */
export function unseenCategories(
  table: Table,
  preprocessor: TablePreprocessor,
  transformed?: AnyMatrix,
): string[] {
  const categories = preprocessor.columns.filter(({ type }) => type === "category");
  if (categories.length === 0) return [];
  const { data, columns } = transformed ?? preprocessor.transform(table);
  return categories.flatMap(({ name, features: own }) => {
    const { values } = table.columns.find((column) => column.name === name)!;
    const rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) =>
      own.every((feature) => data[row * columns + feature] === 0),
    );
    const texts = [...new Set(rows.map((row) => quote(String(values[row] ?? ""))))];
    if (texts.length === 0) return [];
    const shown = texts.slice(0, 3).join(", ") + (texts.length > 3 ? ", …" : "");
    return [
      `Column ${quote(name)} has values in ${plural(rows.length, "row")} that were not there in training: ${shown}.`,
    ];
  });
}
