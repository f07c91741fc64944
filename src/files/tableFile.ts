import { integer } from "../common/check.js";
import {
  checkTableOptions,
  onlyTable,
  type ReadTableChunksOptions,
  type ReadTableOptions,
  tablesOfBytes,
} from "../formats/readTable.js";
import type { Table } from "../formats/table.js";
import { type FilePath, filePath } from "./filePath.js";
import { eachOfFile, withFile } from "./open.js";

/**
 * Reads a table from a file of delimited text (CSV, TSV) or JSON, plain or gzipped, as `readTable` of `isthmus/data` reads
 * bytes.
 *
 * @param path where the file is
 * @throws {ArgumentError} when there is no such file, or an option is wrong
 * @throws {FormatError} when it is no table; the message names the path and the line
 * @throws {IsthmusError} of code `ERR_FILE` when the system refuses to read it
 */
export async function loadTable(path: FilePath, options: ReadTableOptions = {}): Promise<Table> {
  const checked = checkTableOptions("loadTable", options);
  return withFile(filePath(path), (source) =>
    onlyTable(tablesOfBytes(source, checked, Number.POSITIVE_INFINITY)),
  );
}

/**
 * Reads such a file as a stream of tables of `rows` rows each, for files that need not fit into memory. The errors of
 * `loadTable` come where the file is read. Each time it is gone through, the file is read anew.
 *
 * @param path where the file is
 * @throws {ArgumentError} for options out of range
 */
export function streamTable(path: FilePath, options: ReadTableChunksOptions = {}): AsyncIterable<Table> {
  const file = filePath(path);
  const checked = checkTableOptions("streamTable", options, ["rows"]);
  const rows = integer("rows", options.rows ?? 1024);
  return {
    [Symbol.asyncIterator]: () => eachOfFile(file, (source) => tablesOfBytes(source, checked, rows)),
  };
}
