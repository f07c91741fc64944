import type { TableColumn } from "../data/index.js";
import type { Rows } from "./source.js";

/**
 * The columns of a matrix for a table: x0, x1, …
 *
 * @param name of the columns, before the number of each
 */
export function matrixColumns({ data, rows, columns }: Rows, name: string): TableColumn[] {
  return Array.from({ length: columns }, (_, j) => {
    const values = data instanceof Float32Array ? new Float32Array(rows) : new Float64Array(rows);
    for (let i = 0; i < rows; i++) values[i] = data[i * columns + j]!;
    return { name: `${name}${j}`, values };
  });
}
