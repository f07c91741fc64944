// The inputs of a graph that reads tables and series, and the features that it makes of them.
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
  // 32-bit floats tell only minutes apart.
  date: { type: ElementType.double, text: "seconds since 1970 in UTC; NaN is a missing value" },
} as const;

/** The features of rows. */
export interface TableFeatures {
  /** [rows, features], 32-bit floats. */
  readonly name: string;
  /** What to add to them for numbers that need more bits, of the same shape; undefined if no column does. */
  readonly rest: string | undefined;
}

/**
 * Adds an input for each column of a table, and makes the features of their rows, as `TablePreprocessor.transform` does.
 *
 * @returns features of the shape [batch, features]
 */
export function tableNodes(builder: GraphBuilder, table: TablePreprocessorJson): TableFeatures {
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
 */
export function windowedTableNodes(
  builder: GraphBuilder,
  table: TablePreprocessorJson,
  size: number,
): TableFeatures {
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
  return columns as readonly unknown[] as readonly ColumnJson[];
}

function columnInput(
  builder: GraphBuilder,
  column: ColumnJson,
  shape: readonly (string | number)[],
  what: string,
): string {
  const { type, text } = CELLS[column.type];
  const own =
    column.type === "date" && column.format === "clock" ? text.replace("1970 in UTC", "midnight") : text;
  return builder.input({ name: column.column, type, shape, text: what + own });
}

function features(
  builder: GraphBuilder,
  columns: readonly ColumnJson[],
  { missing }: TablePreprocessorJson,
  cells: readonly string[],
): TableFeatures {
  const each = columns.map((column, i) => columnNodes(builder, column, missing, cells[i]!));
  const width = each.reduce((sum, column) => sum + column.width, 0);
  builder.within("table");
  const join = (names: readonly string[]) =>
    names.length === 1 ? names[0]! : builder.add("Concat", names, { attributes: { axis: int(1) } });
  const name = join(each.flatMap(({ names }) => names));
  // A matrix puts what is left of each time at its place.
  let first = 0;
  const rests: string[] = [];
  const places: number[] = [];
  for (const { width: own, time } of each) {
    if (time) {
      rests.push(time.rest);
      places.push(first + time.place);
    }
    first += own;
  }
  if (rests.length === 0) return { name, rest: undefined };
  const matrix = new Float32Array(rests.length * width);
  places.forEach((place, i) => {
    matrix[i * width + place] = 1;
  });
  const rest = builder.add("MatMul", [join(rests), builder.floats("times", matrix, [rests.length, width])]);
  return { name, rest };
}
