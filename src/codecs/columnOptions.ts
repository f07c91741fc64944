import { knownKeys, oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { checkMaximumBytes, DEFAULT_MAXIMUM_BYTES } from "../formats/gzip.js";
import type { Table } from "../formats/table.js";

/** Options of what reads tables from files. */
export interface DecodeTableOptions {
  /** Names of the columns to read, in this order; default: all, in the order of the file. */
  columns?: readonly string[];
  /** Refuse files that unpack to more bytes than this; `Infinity` for no limit. Default 2^30 (1 GiB). */
  maximumBytes?: number;
}

/** Options that have been checked. */
export interface WantedTable {
  readonly columns: readonly string[] | undefined;
  readonly maximumBytes: number;
}

/** @throws {ArgumentError} for options out of range */
export function checkColumnOptions(name: string, options: DecodeTableOptions): WantedTable {
  knownKeys(name, options, ["columns", "maximumBytes"]);
  const { columns, maximumBytes = DEFAULT_MAXIMUM_BYTES } = options;
  if (columns !== undefined) {
    const names =
      Array.isArray(columns) && columns.length > 0 && columns.every((one) => typeof one === "string");
    if (!names) throw new ArgumentError(`columns must be an array of names, not ${show(columns)}`);
    const double = columns.find((one, i) => columns.indexOf(one) !== i);
    if (double !== undefined) throw new ArgumentError(`columns has ${show(double)} twice`);
  }
  return { columns, maximumBytes: checkMaximumBytes(maximumBytes) };
}

/**
 * A table with some of its columns alone.
 *
 * @throws {ArgumentError} when one of them is not there
 */
export function chosenColumns({ rows, columns }: Table, wanted: readonly string[]): Table {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return { rows, columns: wanted.map((name) => byName.get(requireName(name, byName, "column"))!) };
}

/** @throws {ArgumentError} when there is nothing of that name */
export function requireName(name: unknown, known: ReadonlyMap<string, unknown>, what = "array"): string {
  return oneOf(what, name, [...known.keys()].slice(0, 100));
}
