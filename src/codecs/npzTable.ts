import { FormatError } from "../common/errors.js";
import type { NpyArray } from "../formats/npy.js";
import type { Table, TableColumn } from "../formats/table.js";
import { quote, showShape } from "../formats/typedArrays.js";
import { integerCells } from "./cells.js";

/**
 * The table of named arrays: each array of one dimension is a column of its name; each of two, such as `X`, as many columns
 * as it has: `X0`, `X1`, …
 *
 * @throws {FormatError} when arrays have other dimensions, or differ in their rows, which names the array
 */
export function npzTable(arrays: ReadonlyMap<string, NpyArray>): Table {
  const [first] = arrays;
  const rows = first?.[1].shape[0] ?? 0;
  const columns = [...arrays].flatMap(([name, { shape, data }]): TableColumn[] => {
    const [length, width = 1, ...rest] = shape;
    if (length === undefined || rest.length > 0) {
      throw new FormatError(
        `bytes has an array ${quote(name)} of shape ${showShape(shape)}, which is no part of a table`,
      );
    }
    if (length !== rows) {
      throw new FormatError(
        `bytes has ${rows} rows in its array ${quote(first![0])}, but ${length} in ${quote(name)}`,
      );
    }
    return Array.from({ length: width }, (_, j) => ({
      name: shape.length === 1 ? name : `${name}${j}`,
      values: columnOf(data, rows, width, j),
    }));
  });
  return { rows, columns };
}

function columnOf(
  data: NpyArray["data"],
  rows: number,
  width: number,
  column: number,
): TableColumn["values"] {
  const values = Array.from({ length: rows }, (_, i) => data[i * width + column]!);
  if (data instanceof Float32Array) return Float32Array.from(values as number[]);
  return typeof values[0] === "bigint" ? integerCells(values) : Float64Array.from(values as number[]);
}
