// The inputs of a graph that reads tables and series, and the features that it makes of them.
import { ArgumentError } from "../../common/errors.js";
import { quote } from "../../common/printable.js";
import type { TablePreprocessorJson } from "../../data/tablePreprocessor.js";
import { type ColumnJson, columnNodes } from "./columnNodes.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { ElementType, int } from "./onnxModel.js";

/** What the input for a column takes. */
const CELLS = {
  number: { type: ElementType.float, text: "numbers; NaN is a missing value" },
  boolean: { type: ElementType.string, text: "texts without spaces around them" },
  category: { type: ElementType.string, text: "texts without spaces around them" },
} as const;

/**
 * Adds an input for each column of a table, and makes the features of their rows, as `TablePreprocessor.transform` does.
 *
 * @returns features of the shape [batch, features]
 * @throws {ArgumentError} for a column that a graph cannot read, by its name
 */
export function tableNodes(builder: GraphBuilder, table: TablePreprocessorJson): string {
  const columns = columnsOf(table);
  const inputs = columns.map((column) => columnInput(builder, column, ["batch"], ""));
  const cells = inputs.map((input, i) => {
    builder.within(columns[i]!.column);
    return builder.add("Unsqueeze", [input, builder.ints("axis", [1])]);
  });
  return features(builder, columns, table, cells);
}

/**
 * Adds the input `windows` if all columns are numbers, [batch, size, columns], or else an input for each column,
 * [batch, size], and makes the features of all their rows.
 *
 * @param size rows in a window
 * @returns features of the shape [batch · size, features]
 * @throws {ArgumentError} as `tableNodes`
 */
export function windowedTableNodes(
  builder: GraphBuilder,
  table: TablePreprocessorJson,
  size: number,
): string {
  const columns = columnsOf(table);
  if (!columns.every(({ type }) => type === "number")) {
    const inputs = columns.map((column) => columnInput(builder, column, ["batch", size], "windows of "));
    const cells = inputs.map((input, i) => {
      builder.within(columns[i]!.column);
      return builder.add("Reshape", [input, builder.ints("rows", [-1, 1])]);
    });
    return features(builder, columns, table, cells);
  }
  const names = columns.map(({ column }) => quote(column)).join(", ");
  const windows = builder.input({
    name: "windows",
    type: ElementType.float,
    shape: ["batch", size, columns.length],
    text: `windows of a series, [batch, ${size}, ${columns.length}]; columns: ${names}; NaN is a missing value`,
  });
  builder.within("windows");
  const rows = builder.add("Reshape", [windows, builder.ints("rows", [-1, columns.length])]);
  const ones = builder.ints("widths", Array(columns.length).fill(1));
  const cells =
    columns.length === 1
      ? [rows]
      : builder.addSeveral("Split", [rows, ones], columns.length, { attributes: { axis: int(1) } });
  return features(builder, columns, table, cells);
}

function columnsOf({ columns }: TablePreprocessorJson): readonly ColumnJson[] {
  const known = columns as readonly unknown[] as readonly ColumnJson[];
  const undated = known.find(({ type }) => type === "date");
  if (!undated) return known;
  throw new ArgumentError(
    `column ${quote(undated.column)} holds dates, which a graph cannot read; leave it out when the table is learnt ` +
      '(drop), or export with input: "features" and give the features that the preprocessor makes of a table',
  );
}

function columnInput(
  builder: GraphBuilder,
  { column: name, type }: ColumnJson,
  shape: readonly (string | number)[],
  what: string,
): string {
  const cells = CELLS[type as keyof typeof CELLS];
  return builder.input({ name, type: cells.type, shape, text: what + cells.text });
}

function features(
  builder: GraphBuilder,
  columns: readonly ColumnJson[],
  { missing }: TablePreprocessorJson,
  cells: readonly string[],
): string {
  const all = columns.flatMap((column, i) => columnNodes(builder, column, missing, cells[i]!));
  if (all.length === 1) return all[0]!;
  return builder.within("table").add("Concat", all, { attributes: { axis: int(1) } });
}
