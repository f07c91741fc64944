import { ArgumentError } from "../../../common/errors.js";
import { BooleanColumn } from "../../../data/booleanColumn.js";
import { CategoryColumn } from "../../../data/categoryColumn.js";
import type { ColumnEncoder } from "../../../data/columnEncoder.js";
import { DateColumn } from "../../../data/dateColumn.js";
import { MissingValues } from "../../../data/missingValues.js";
import { NumberColumn } from "../../../data/numberColumn.js";
import type { Cell } from "../../../formats/table.js";

export { BooleanColumn, CategoryColumn, DateColumn, MissingValues, NumberColumn };

/**
 * The features of rows of a table, as learnt.
 *
 * @param records an object for each row, with its cells by the names of their columns
 * @throws {ArgumentError} if no row has one of the columns
 * @throws {FormatError} for a cell that is not of its column's type
 */
export function featuresOf(
  records: readonly Readonly<Record<string, Cell>>[],
  encoders: readonly ColumnEncoder[],
  missing: MissingValues,
): Float64Array[] {
  const width = encoders.reduce((sum, { features }) => sum + features.length, 0);
  const out = new Float64Array(records.length * width);
  let first = 0;
  for (const encoder of encoders) {
    const name = encoder.column;
    if (records.length > 0 && !records.some((record) => name in record))
      throw new ArgumentError(`the rows have no column ${JSON.stringify(name)}`);
    const column = { name, values: records.map((record) => record[name]) };
    encoder.encode(column, { out, width, first, missing, placeOf: (row) => `row ${row}` });
    first += encoder.features.length;
  }
  return records.map((_, row) => out.subarray(row * width, (row + 1) * width));
}

/** Whether samples are rows of a table: objects with named values. */
export function areRecords(samples: unknown): boolean {
  return (
    Array.isArray(samples) &&
    samples.length > 0 &&
    samples.every(
      (row) => typeof row === "object" && row !== null && !Array.isArray(row) && !ArrayBuffer.isView(row),
    )
  );
}
