import { extname } from "node:path";
import type { TableFormat } from "../codecs/encodeTable.js";
import type { ImagePixels } from "../codecs/imagePixels.js";
import type { ColumnNameOptions } from "../codecs/matrixTable.js";
import type { EncodeNpzOptions } from "../codecs/npz.js";
import { ArgumentError } from "../common/errors.js";
import type { AnyMatrix } from "../data/matrix.js";
import type { NpyArray } from "../formats/npy.js";
import type { Table } from "../formats/table.js";
import { quote } from "../formats/typedArrays.js";
import { type FilePath, filePath } from "./filePath.js";
import { writeWhole } from "./wholeFile.js";

/**
 * Writes a table, or a matrix such as of codes, reconstructions or scores, in the format of the path's ending: `.csv`,
 * `.parquet`, `.arrow` or `.feather`; whole or not at all. Other errors as of `saveModel`.
 *
 * @param options how the columns of a matrix are called
 * @throws {ArgumentError} for another ending, and for columns that the format cannot have, which names them
 */
export async function saveTable(
  path: FilePath,
  data: Table | AnyMatrix,
  options: ColumnNameOptions = {},
): Promise<void> {
  const { encodeTable, TABLE_ENDINGS } = await import("../codecs/encodeTable.js");
  const where = filePath(path);
  const format: TableFormat | undefined = TABLE_ENDINGS[extname(where).slice(1).toLowerCase()];
  if (format === undefined) {
    const known = Object.keys(TABLE_ENDINGS).map((ending) => `.${ending}`);
    throw new ArgumentError(
      `path ${quote(where)} must end in ${known.slice(0, -1).join(", ")} or ${known.at(-1)}`,
    );
  }
  await writeWhole(where, encodeTable(data, format, options));
}

/** Writes arrays, such as matrices, to a NumPy `.npz` file, whole or not at all. Errors as of `encodeNpz` and `saveModel`. */
export async function saveNpz(
  path: FilePath,
  arrays: Readonly<Record<string, NpyArray>> | ReadonlyMap<string, NpyArray>,
  options: EncodeNpzOptions = {},
): Promise<void> {
  const { encodeNpz } = await import("../codecs/npz.js");
  await writeWhole(path, encodeNpz(arrays, options));
}

/** Writes an image to a PNG file, whole or not at all. Errors as of `encodePng` and `saveModel`. */
export async function savePng(path: FilePath, image: ImagePixels): Promise<void> {
  const { encodePng } = await import("../codecs/pngFile.js");
  await writeWhole(path, await encodePng(image));
}
