import { type Column, CompressionType, setCompressionCodec, tableFromIPC } from "@uwdata/flechette";
import { oneOf } from "../common/check.js";
import { FormatError, IsthmusError } from "../common/errors.js";
import { printable } from "../common/printable.js";
import { tooMuch } from "../formats/gzip.js";
import type { Table } from "../formats/table.js";
import { copyBytes, type FileBytes, quote, requireBytes } from "../formats/typedArrays.js";
import { type ArrowBudget, checkBatch } from "./arrowBatches.js";
import { type ArrowMessage, arrowMessages, inBounds, invalidArrow } from "./arrowMessages.js";
import { type ArrowField, arrowFields } from "./arrowSchema.js";
import {
  type Cells,
  dayCells,
  decimalCells,
  floatCells,
  integerCells,
  secondCells,
  type TimeUnit,
  timestampCells,
  unreadableColumn,
} from "./cells.js";
import { checkColumnOptions, type DecodeTableOptions } from "./columnOptions.js";
import { lz4Frame, zstd } from "./decompress.js";

const UNITS: readonly TimeUnit[] = ["second", "millisecond", "microsecond", "nanosecond"];

/**
 * Reads an Arrow file (which Feather version 2 is) or stream of flat columns, plain or compressed by LZ4 or Zstandard.
 * Values become what `decodeParquet` makes of them; durations become seconds.
 *
 * @param bytes the whole file
 * @throws {FormatError} when it is no whole Arrow file, unpacks to more than `maximumBytes`, or has a column that is nested
 * or holds bytes, which is named
 * @throws {ArgumentError} for options out of range, and for a column that is not there
 */
export async function decodeArrow(bytes: FileBytes, options: DecodeTableOptions = {}): Promise<Table> {
  const { columns, maximumBytes } = checkColumnOptions("decodeArrow", options);
  // In memory of its own, where arrays of 8 bytes an element lie at multiples of 8.
  const file = copyBytes(requireBytes(bytes));
  const messages = arrowMessages(file);
  const [schema, ...batches] = messages;
  if (schema?.kind !== "schema") throw invalidArrow("it does not begin with a schema");
  const fields = arrowFields(schema.header);
  const budget = { left: maximumBytes, most: maximumBytes };
  const rows = checkBatches(batches, fields, budget);
  setCompressionCodec(CompressionType.LZ4_FRAME, { encode: unused, decode: lz4Frame });
  setCompressionCodec(CompressionType.ZSTD, { encode: unused, decode: zstd });
  try {
    const read = tableFromIPC(
      messages.map((message) => message.bytes),
      { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true },
    );
    const names = fields.map(({ name }) => name);
    const wanted =
      columns?.map((name) => names.indexOf(oneOf("column", name, names.slice(0, 100)))) ?? names.keys();
    return {
      rows,
      columns: Array.from(wanted, (index) => ({
        name: names[index]!,
        values: cellsOf(fields[index]!, read.getChildAt(index), rows, budget),
      })),
    };
  } catch (error) {
    if (error instanceof IsthmusError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidArrow(printable(reason).slice(0, 200), error);
  }
}

function unused(): never {
  throw new Error("nothing is compressed here");
}

/** Checks all batches; returns how many rows there are. */
function checkBatches(
  batches: readonly ArrowMessage[],
  fields: readonly ArrowField[],
  budget: ArrowBudget,
): number {
  let rows = 0;
  const known = new Set<number>();
  for (const message of batches) {
    // The reader passes over it.
    if (message.kind === "schema") continue;
    if (message.kind === "dictionary") {
      const id = inBounds(() => message.header.long(0));
      const field = fields.find(({ dictionary }) => dictionary?.id === id);
      if (!field) throw invalidArrow("it has a dictionary of no column");
      known.add(id);
      checkBatch(message, [field], budget);
      continue;
    }
    const missing = fields.find(({ dictionary }) => dictionary && !known.has(dictionary.id));
    if (missing) throw invalidArrow(`its column ${quote(missing.name)} has no dictionary`);
    rows += checkBatch(message, fields, budget);
  }
  return rows;
}

/** The values of a column, one after the other: the reader's own arrays may be longer than the column. */
function cellsOf(field: ArrowField, column: Column<unknown>, rows: number, budget: ArrowBudget): Cells {
  if (field.unreadable !== undefined) throw unreadableColumn(field.name, field.unreadable);
  const values: unknown[] = [];
  for (const batch of column.data) {
    for (let i = 0; i < batch.length; i++) {
      const value: unknown = batch.at(i);
      // An index beyond its dictionary.
      if (value === undefined)
        throw new FormatError(`bytes has an index in column ${quote(field.name)} that is out of range`);
      if (typeof value === "string") budget.left -= value.length;
      values.push(value);
    }
    if (budget.left < 0) throw tooMuch(budget.most);
  }
  if (values.length !== rows) throw invalidArrow("a column has another number of values than rows");
  return converted(field, values);
}

function converted({ kind, bits, scale, unit }: ArrowField, values: unknown[]): Cells {
  const numbers = values as (number | bigint | null)[];
  switch (kind) {
    case "int":
      return bits === 64 ? integerCells(numbers) : floatCells(numbers, Number);
    case "float": {
      const cells = floatCells(numbers, Number);
      return bits === 32 && cells instanceof Float64Array ? Float32Array.from(cells) : cells;
    }
    case "decimal":
      return decimalCells(
        values.map((value) => (value === null ? null : BigInt(value as bigint))),
        scale,
      );
    case "day":
      return dayCells(numbers.map((value) => (value === null ? null : Number(value) / MILLISECONDS_A_DAY)));
    case "millisecondDate":
      return timestampCells(numbers, "millisecond");
    case "timestamp":
      return timestampCells(numbers, UNITS[unit] ?? "second");
    case "time":
    case "duration":
      return secondCells(numbers, UNITS[unit] ?? "second");
    default:
      return values as Cells;
  }
}

/** The reader makes milliseconds of days. */
const MILLISECONDS_A_DAY = 86_400_000;
