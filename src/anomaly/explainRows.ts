import { partOf, type Rows } from "../data/samples.js";
import type { Blamed } from "./blaming.js";
import type { Columns } from "./columns.js";
import type { Ensemble } from "./ensemble.js";
import type { Reason, RowReasons } from "./reasons.js";
import type { ColumnValue } from "./valueTexts.js";

/** Byte samples are divided by 255, but people know them as bytes. */
const BYTE = 255;

/** The reasons for each row: at most `top` columns, without those that contribute nothing. */
export async function explainRows(ensemble: Ensemble, rows: Rows, top: number): Promise<RowReasons[]> {
  const result: RowReasons[] = [];
  await ensemble.explain(rows, top, (row, score, blamed) => {
    const values = partOf(rows, row, 1);
    const reasons = blamed.map((blame) => toReason(ensemble.columns, values, blame));
    result.push({ row, score, reasons: reasons.sort((a, b) => b.share - a.share || a.column - b.column) });
  });
  return result;
}

function toReason(columns: Columns, values: Rows["data"], { column, share, expected }: Blamed): Reason {
  return { ...toldColumn(columns[column]!, values, expected), column, share };
}

/**
 * The value of a column in a sample and the expected one, in the words of the column and in the units of the sample.
 *
 * @param expected of the column's features; bytes are from 0 to 1
 */
export function toldColumn(
  { name, features, describe }: Columns[number],
  values: Rows["data"],
  expected: readonly number[],
): Pick<Reason, "name" | "value" | "expected"> {
  const unit = values instanceof Uint8Array ? BYTE : 1;
  const told = (numbers: readonly number[]): ColumnValue =>
    describe ? describe(numbers) : numbers.length === 1 ? numbers[0]! : numbers;
  return {
    name,
    value: told(features.map((feature) => values[feature]!)),
    expected: told(expected.map((value) => value * unit)),
  };
}
