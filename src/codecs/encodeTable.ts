import { knownKeys, oneOf } from "../common/check.js";
import type { AnyMatrix } from "../data/matrix.js";
import { encodeCsv } from "../formats/csvTable.js";
import type { Table } from "../formats/table.js";
import { requireCells } from "./columnKinds.js";
import { encodeArrow } from "./encodeArrow.js";
import { encodeParquet } from "./encodeParquet.js";
import { type ColumnNameOptions, toTable } from "./matrixTable.js";

/** Formats that tables are written in. */
export type TableFormat = "csv" | "parquet" | "arrow";

/** The formats by the endings of files. */
export const TABLE_ENDINGS: Readonly<Record<string, TableFormat>> = {
  csv: "csv",
  parquet: "parquet",
  arrow: "arrow",
  feather: "arrow",
};

/**
 * Writes a table, or a matrix such as of codes or reconstructions, in a format: see `encodeCsv`, `encodeParquet` and
 * `encodeArrow`.
 *
 * @param options how the columns of a matrix are called
 * @throws {ArgumentError} {ShapeError} when it is neither, or a column has values of several kinds
 */
export function encodeTable(
  data: Table | AnyMatrix,
  format: TableFormat,
  options: ColumnNameOptions = {},
): Uint8Array {
  knownKeys("encodeTable", options, ["names", "column"]);
  const kind = oneOf("format", format, ["csv", "parquet", "arrow"]);
  const table = toTable(data, options);
  if (kind === "parquet") return encodeParquet(table);
  if (kind === "arrow") return encodeArrow(table);
  return encodeCsv(requireCells(table));
}
