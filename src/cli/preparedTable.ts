import { SeriesPreprocessor, type Table, type TableColumn } from "../data/index.js";
import type { Matrix } from "../index.js";
import { matrixColumns } from "./matrixColumns.js";
import type { Prepared } from "./source.js";

/**
 * What a model returned for a table's samples, as a table with the user's columns, units and categories. The column that
 * names the rows, or orders them, comes first.
 */
export function rebuiltTable(
  { table, preprocessor, places }: Prepared,
  matrix: Matrix<Float32Array | Float64Array>,
): Table {
  const series = preprocessor instanceof SeriesPreprocessor;
  const rebuilt = series ? preprocessor.inverse(matrix, places!) : preprocessor.inverse(matrix);
  const features = series ? undefined : matrix;
  const { columns } = series ? preprocessor.table : preprocessor;
  return {
    rows: rebuilt.rows,
    columns: [
      ...namingColumns(table, preprocessor),
      ...rebuilt.columns.map((column, index) => readable(column, columns[index]!, features)),
    ],
  };
}

/** A column as people want it: numbers in the precision that they have, and dates in words where only their phase is known. */
function readable(
  { name, values }: TableColumn,
  { type, features, describe }: { type: string; features: readonly number[]; describe(of: number[]): string },
  matrix: Matrix<Float32Array | Float64Array> | undefined,
): TableColumn {
  if (type === "number")
    return { name, values: Float32Array.from(values as ArrayLike<number>, (cell) => cell ?? Number.NaN) };
  const unknown = Array.prototype.every.call(values, (cell) => cell === null);
  if (type !== "date" || !unknown || !matrix) return { name, values };
  const texts = Array.from({ length: matrix.rows }, (_, row) => {
    const all = matrix.row(row);
    return describe(features.map((feature) => all[feature]!));
  });
  return { name, values: texts };
}

/** Codes with the column that names the rows, or with the time at which each window begins. */
export function codeTable({ table, preprocessor, places }: Prepared, codes: Matrix, column: string): Table {
  const naming = namingColumns(table, preprocessor).map(({ name, values }) => ({
    name,
    values: places ? Array.from(places.starts, (start) => values[start]) : values,
  }));
  return { rows: codes.rows, columns: [...naming, ...matrixColumns(codes, column)] };
}

/** The column that identifies a table's rows, or orders those of a series. */
export function namingColumns(table: Table, preprocessor: Prepared["preprocessor"]): readonly TableColumn[] {
  const [time, id] =
    preprocessor instanceof SeriesPreprocessor
      ? [preprocessor.timeColumn, preprocessor.table.idColumn]
      : [undefined, preprocessor.idColumn];
  return [time, id].flatMap((wanted) => table.columns.filter(({ name }) => name === wanted));
}
