import { knownKeys } from "../common/check.js";
import { concatenate } from "../common/concatenate.js";
import { FormatError } from "../common/errors.js";
import { ByteSource } from "../formats/byteSource.js";
import { FOREIGN_START, foreignFile } from "../formats/foreignFile.js";
import { checkMaximumBytes, DEFAULT_MAXIMUM_BYTES, tooMuch } from "../formats/gzip.js";
import { decodeNpy } from "../formats/npy.js";
import {
  arrayFormat,
  type LoadedSamples,
  type LoadSamplesOptions,
  neither,
  readSamples,
  toSamples,
} from "../formats/readSamples.js";
import type { Table } from "../formats/table.js";
import { type FileBytes, requireBytes } from "../formats/typedArrays.js";
import {
  checkColumnOptions,
  chosenColumns,
  type DecodeTableOptions,
  requireName,
  type WantedTable,
} from "./columnOptions.js";
import { type DataFormat, dataFormat } from "./dataFile.js";
import { decodeArrow } from "./decodeArrow.js";
import { checkImageOptions, decodeImage, IMAGE_OPTIONS, type ImageOptions } from "./decodeImage.js";
import { decodeParquet } from "./decodeParquet.js";
import { imageSamples } from "./imageSamples.js";
import { decodeNpz, inArray, openNpz, samplesName } from "./npz.js";
import { npzTable } from "./npzTable.js";
import { tableSamples } from "./tableSamples.js";
import { unzipEntry } from "./zip.js";

/** Options of what reads samples of any format; those of other formats than the file's have no effect. */
export interface AnySamplesOptions extends LoadSamplesOptions, ImageOptions {
  /** Of an `.npz` file: the array that holds the samples; default: see `decodeAnySamples`. */
  array?: string;
  /** Of a Parquet or Arrow file: the columns to take; default: all. */
  columns?: readonly string[];
}

/** Samples, and where they come from. */
export interface AnySamples extends LoadedSamples {
  /** Of an `.npz` file: the name of the array that was taken. */
  array?: string;
}

/** Names of the options of all formats. */
const OPTIONS = ["maximumBytes", "array", "columns", ...IMAGE_OPTIONS];

/**
 * Decodes samples from a whole file, plain or gzipped, of any format that is read here, as its first bytes tell: IDX, NPY,
 * NPZ, Parquet, Arrow or Feather, PNG, JPEG.
 *
 * Of an `.npz` file with several arrays it takes the one of the option `array`, else `x`, `X`, `data`, `x_train`,
 * `X_train`, `train`, `images`, `samples`, `features` or `arr_0`, else the first; the result says which. A table has to have
 * numbers or booleans only, and none missing. An image is one sample of shape `[1, height, width, channels]`.
 *
 * @throws {FormatError} when it is of none of these formats, is not whole, or takes more than `maximumBytes`
 * @throws {ArgumentError} for options out of range, and for an array or a column that is not there
 */
export async function decodeAnySamples(
  bytes: FileBytes,
  options: AnySamplesOptions = {},
): Promise<AnySamples> {
  const wanted = checkAnyOptions("decodeAnySamples", options);
  const file = requireBytes(bytes);
  return readAnySamples(await ByteSource.open({ pieces: [file], size: file.length }), wanted);
}

/**
 * Decodes a table from a whole Parquet, Arrow, Feather or NPZ file, plain or gzipped, as its first bytes tell. Of an `.npz`
 * file each array of one dimension becomes a column, each of two as many as it has.
 *
 * @throws {FormatError} {ArgumentError} as the decoder of each format
 */
export async function decodeTable(bytes: FileBytes, options: DecodeTableOptions = {}): Promise<Table> {
  const wanted = checkColumnOptions("decodeTable", options);
  const file = requireBytes(bytes);
  return readTableFile(await ByteSource.open({ pieces: [file], size: file.length }), wanted);
}

/** Options that have been checked. */
export type WantedSamples = AnySamplesOptions & { readonly maximumBytes: number };

/** @throws {ArgumentError} for options out of range */
export function checkAnyOptions(name: string, options: AnySamplesOptions): WantedSamples {
  knownKeys(name, options, OPTIONS);
  checkImageOptions(options);
  const maximumBytes = checkMaximumBytes(options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES);
  if (options.columns !== undefined) checkColumnOptions(name, { columns: options.columns });
  return { ...options, maximumBytes };
}

/** `decodeAnySamples` of bytes that come in pieces. */
export async function readAnySamples(source: ByteSource, wanted: WantedSamples): Promise<AnySamples> {
  const { maximumBytes, array, columns, channels, width, height, background } = wanted;
  const start = await source.peek(FOREIGN_START);
  const format = dataFormat(start);
  if (format === undefined) {
    if (arrayFormat(start) === undefined)
      throw neither(start, "an .npz, Parquet or Arrow file, or a PNG or JPEG image");
    return readSamples(source, maximumBytes);
  }
  const bytes = await wholeOf(source, maximumBytes);
  if (format === "npz") return npzSamples(bytes, array, maximumBytes);
  if (format === "parquet" || format === "arrow") {
    return tableSamples(await decodeColumns(format, bytes, { columns, maximumBytes }));
  }
  const options = { channels, width, height, background, maximumBytes };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return imageSamples([await decodeImage(bytes, Object.fromEntries(given))]);
}

/** `decodeTable` of bytes that come in pieces. */
export async function readTableFile(
  source: ByteSource,
  { columns, maximumBytes }: WantedTable,
): Promise<Table> {
  const start = await source.peek(FOREIGN_START);
  const format = dataFormat(start);
  if (format === undefined || format === "png" || format === "jpeg") {
    const foreign = foreignFile(start);
    throw new FormatError(
      foreign === undefined
        ? "bytes is no Parquet, Arrow or .npz file"
        : `bytes is ${foreign}, not a Parquet, Arrow or .npz file`,
    );
  }
  const bytes = await wholeOf(source, maximumBytes);
  if (format !== "npz") return decodeColumns(format, bytes, { columns, maximumBytes });
  const table = npzTable(decodeNpz(bytes, { maximumBytes }));
  return columns === undefined ? table : chosenColumns(table, columns);
}

async function decodeColumns(format: DataFormat, bytes: Uint8Array, { columns, maximumBytes }: WantedTable) {
  const options = columns === undefined ? { maximumBytes } : { columns, maximumBytes };
  return format === "parquet" ? decodeParquet(bytes, options) : decodeArrow(bytes, options);
}

function npzSamples(bytes: Uint8Array, wanted: string | undefined, maximumBytes: number): AnySamples {
  const archive = openNpz(bytes);
  const array = wanted === undefined ? samplesName([...archive.keys()]) : requireName(wanted, archive);
  const { entry, file } = archive.get(array)!;
  return { ...inArray(array, () => toSamples(decodeNpy(unzipEntry(file, entry, maximumBytes)))), array };
}

/** All that is left of a source. */
async function wholeOf(source: ByteSource, maximumBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let piece = await source.some(); piece; piece = await source.some()) {
    size += piece.length;
    if (source.compressed && size > maximumBytes) throw tooMuch(maximumBytes);
    pieces.push(piece);
  }
  return pieces.length === 1 ? pieces[0]! : concatenate(Uint8Array, pieces);
}
