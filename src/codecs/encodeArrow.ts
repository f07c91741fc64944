import {
  bool,
  type Column,
  columnFromArray,
  type DataType,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  nullType,
  TimeUnit,
  tableFromColumns,
  tableToIPC,
  timestamp,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from "@uwdata/flechette";
import { knownKeys, oneOf } from "../common/check.js";
import type { Table } from "../formats/table.js";
import { type ColumnKind, typedColumns } from "./columnKinds.js";

/** Options of `encodeArrow`. */
export interface EncodeArrowOptions {
  /** `"file"`, which Feather version 2 is as well, or `"stream"`; default `"file"`. */
  format?: "file" | "stream";
}

const TYPES: Readonly<Record<ColumnKind, () => DataType>> = {
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float32,
  float64,
  boolean: bool,
  string: utf8,
  date: () => timestamp(TimeUnit.MILLISECOND, "UTC"),
  empty: nullType,
};

/**
 * Writes a table as an Arrow file, uncompressed, as pandas, Polars, DuckDB and R read it. Columns have the kinds that
 * `encodeParquet` gives them; typed arrays keep their types.
 *
 * @throws {ArgumentError} {ShapeError} as `encodeParquet`, and for another format
 */
export function encodeArrow(table: Table, options: EncodeArrowOptions = {}): Uint8Array<ArrayBuffer> {
  knownKeys("encodeArrow", options, ["format"]);
  const format = oneOf("format", options.format ?? "file", ["file", "stream"]);
  const columns = typedColumns(table).map(({ name, kind, values }): [string, Column<unknown>] => [
    name,
    columnFromArray(Array.from(values) as unknown[], TYPES[kind]()),
  ]);
  return new Uint8Array(tableToIPC(tableFromColumns(columns), { format })!);
}
