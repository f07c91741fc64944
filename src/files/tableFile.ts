import { checkColumnOptions, chosenColumns } from "../codecs/columnOptions.js";
import { dataFormat } from "../codecs/dataFile.js";
import { integer } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { FOREIGN_START } from "../formats/foreignFile.js";
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

/** Options of `loadTable`; those of `ReadTableOptions` but `maximumBytes` are for text alone. */
export interface LoadTableOptions extends ReadTableOptions {
  /** Which columns to read, by name and in this order; default all. */
  columns?: readonly string[];
}

/**
 * Reads a table from a file: CSV, TSV or JSON, plain or gzipped, as `readTable` of `isthmus/data` reads them; Parquet, Arrow,
 * Feather or NPZ as `decodeTable` of `isthmus/codecs` does. The first bytes tell which it is.
 *
 * @param path where the file is
 * @throws {ArgumentError} if there is no such file or column, or an option is invalid
 * @throws {FormatError} if it is not a table; the message names the path, and the line of a text
 * @throws {IsthmusError} with code `ERR_FILE` if the system refuses to read it
 */
export async function loadTable(path: FilePath, options: LoadTableOptions = {}): Promise<Table> {
  const checked = checkTableOptions("loadTable", options, ["columns"]);
  const { columns, maximumBytes, ...textOptions } = options;
  const wanted = checkColumnOptions("loadTable", {
    ...(columns && { columns }),
    ...(maximumBytes !== undefined && { maximumBytes }),
  });
  return withFile(filePath(path), async (source) => {
    if (dataFormat(await source.peek(FOREIGN_START)) === undefined) {
      const table = await onlyTable(tablesOfBytes(source, checked, Number.POSITIVE_INFINITY));
      return columns === undefined ? table : { ...table, ...chosenColumns(table, columns) };
    }
    const [unused] = Object.entries(textOptions).filter(([, value]) => value !== undefined);
    if (unused)
      throw new ArgumentError(`${unused[0]} is an option for tables of text, which this file is not`);
    const { readTableFile } = await import("../codecs/anySamples.js");
    return readTableFile(source, wanted);
  });
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
