import type { DataFormat } from "../../codecs/dataFile.js";
import { dataFormat } from "../../codecs/dataFile.js";
import { readTable, type Table } from "../../data/index.js";
import { inPath } from "../../files/inPath.js";
import { foreignFile } from "../../formats/foreignFile.js";
import { FormatError, gunzip, isGzip } from "../../index.js";

/** The most that a compressed file may unpack to, in bytes. */
const MOST_UNPACKED = 2 ** 29;

/** The contents of a file. */
export type Opened =
  | { readonly kind: "table"; readonly table: Table }
  | { readonly kind: "detector"; readonly bytes: Uint8Array };

/**
 * Reads a file with a table, plain or gzipped, or with a detector; its first bytes tell which.
 *
 * @throws {FormatError} if it is none, or damaged; the message names the file
 */
export function openTable(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Opened> {
  return inPath(name, async () => {
    const file = isGzip(bytes) ? await gunzip(bytes, { maximumBytes: MOST_UNPACKED }) : bytes;
    if (foreignFile(file) === "a safetensors file") return { kind: "detector", bytes: file };
    const format = dataFormat(file);
    const table = format === undefined ? await readTable(file) : await decoded(format, file);
    if (table.rows === 0) throw new FormatError("bytes has no rows");
    return { kind: "table", table };
  });
}

/** Each decoder is loaded when the first such file comes: visitors with CSV files need none of them. */
async function decoded(format: DataFormat, file: Uint8Array): Promise<Table> {
  const options = { maximumBytes: MOST_UNPACKED };
  switch (format) {
    case "parquet":
      return (await import("../../codecs/decodeParquet.js")).decodeParquet(file, options);
    case "arrow":
      return (await import("../../codecs/decodeArrow.js")).decodeArrow(file, options);
    case "npz": {
      const [{ decodeNpz }, { npzTable }] = await Promise.all([
        import("../../codecs/npz.js"),
        import("../../codecs/npzTable.js"),
      ]);
      return npzTable(decodeNpz(file, options));
    }
    default:
      throw new FormatError(
        "bytes is a picture, but this page needs a table: CSV, TSV, JSON, Parquet, Arrow or NPZ",
      );
  }
}
