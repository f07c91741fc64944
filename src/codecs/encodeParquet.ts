import type { SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Table } from "../formats/table.js";
import { type ColumnKind, type TypedColumn, typedColumns } from "./columnKinds.js";

/** How Parquet stores a kind; integers of up to 16 bits have a type of their own in the 32-bit one. */
const ELEMENTS: Readonly<Record<ColumnKind, Pick<SchemaElement, "type" | "converted_type">>> = {
  int8: { type: "INT32", converted_type: "INT_8" },
  int16: { type: "INT32", converted_type: "INT_16" },
  int32: { type: "INT32" },
  int64: { type: "INT64" },
  uint8: { type: "INT32", converted_type: "UINT_8" },
  uint16: { type: "INT32", converted_type: "UINT_16" },
  // The writer has no room for the upper half of UINT_32.
  uint32: { type: "INT64" },
  uint64: { type: "INT64", converted_type: "UINT_64" },
  float32: { type: "FLOAT" },
  float64: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  string: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  date: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
  // Nothing but missing values.
  empty: { type: "BYTE_ARRAY", converted_type: "UTF8" },
};

/**
 * Writes a table as a Parquet file, compressed by Snappy, as pandas, Polars, DuckDB and Spark read it. The same table gives
 * the same bytes.
 *
 * Each column has one kind: typed arrays keep their type (`Uint32Array` becomes 64 bits wide); arrays of numbers become
 * float64, of bigints int64, of dates timestamps in UTC of milliseconds; `null` and `undefined` are missing, NaN stays NaN.
 *
 * @throws {ArgumentError} {ShapeError} when it is no table, two columns have one name, or a column has values of two kinds,
 * which names it
 */
export function encodeParquet(table: Table): Uint8Array<ArrayBuffer> {
  const columns = typedColumns(table);
  const schema: SchemaElement[] = [{ name: "schema", num_children: columns.length }];
  for (const { name, kind, nullable } of columns) {
    const repetition_type = nullable ? "OPTIONAL" : "REQUIRED";
    schema.push({ name, repetition_type, ...ELEMENTS[kind] });
  }
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: columns.map((column) => ({ name: column.name, data: stored(column) as number[] })),
      schema,
      createdBy: "isthmus",
    }),
  );
}

/** Values in the types that the writer takes. */
function stored({ kind, values }: TypedColumn): ArrayLike<unknown> {
  if (kind === "uint32") return BigInt64Array.from(Array.from(values as Uint32Array, BigInt));
  if (["int8", "int16", "uint8", "uint16"].includes(kind)) return Int32Array.from(values as Int8Array);
  return values;
}
