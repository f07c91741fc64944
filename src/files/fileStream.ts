import { integer, knownKeys } from "../common/check.js";
import { FormatError } from "../common/errors.js";
import { type AnyMatrix, Matrix } from "../data/matrix.js";
import { withOwnChunks } from "../data/ownChunks.js";
import type { ByteSource } from "../formats/byteSource.js";
import { checkMaximumBytes, DEFAULT_MAXIMUM_BYTES } from "../formats/gzip.js";
import { type ArrayLayout, dataBytes, elementsOf, requireData, storedBytes } from "../formats/layout.js";
import { readLayout, requireRoom, toNumbers } from "../formats/readSamples.js";
import { showShape } from "../formats/typedArrays.js";
import { type FilePath, filePath } from "./filePath.js";
import { eachOfFile } from "./open.js";

/** Options of all functions that stream a file. */
export interface StreamFileOptions {
  /** Rows per chunk; default 1024. The last chunk may have fewer. */
  rows?: number;
  /** Maximum size of a chunk in bytes; larger ones are refused. `Infinity` for no limit. Default 2^30 (1 GiB). */
  maximumBytes?: number;
}

/**
 * Samples that are read from a file chunk by chunk: bytes as `Uint8Array`, other numbers as a `Matrix` with the same floats
 * as from loading the file. Each iteration reads the file again.
 */
export type FileStream<T extends Uint8Array | AnyMatrix = Uint8Array | AnyMatrix> = AsyncIterable<T>;

/**
 * Reads an IDX file, plain or gzipped, as a stream of chunks of whole rows.
 *
 * Errors occur while the file is read: {ArgumentError} if there is no such file; {FormatError} if it is not a complete IDX
 * file, or a chunk is larger than `maximumBytes`; {IsthmusError} with code `ERR_FILE` if the system refuses to read it;
 * {OutOfMemoryError} if there is no memory for a chunk.
 *
 * @throws {ArgumentError} for invalid options
 */
export function streamIdx(path: FilePath, options: StreamFileOptions = {}): FileStream {
  return fileStream("streamIdx", path, options, "IDX");
}

/**
 * Reads a NumPy `.npy` file, plain or gzipped, as a stream of chunks of whole rows. Errors as in `streamIdx`. Files in
 * Fortran order are refused, because their rows are not contiguous.
 *
 * @throws {ArgumentError} for invalid options
 */
export function streamNpy(path: FilePath, options: StreamFileOptions = {}): FileStream {
  return fileStream("streamNpy", path, options, ".npy");
}

function fileStream(
  name: string,
  where: FilePath,
  options: StreamFileOptions,
  format: ArrayLayout["format"],
): FileStream {
  const path = filePath(where);
  knownKeys(name, options, ["rows", "maximumBytes"]);
  const rows = integer("rows", options.rows ?? 1024);
  const maximumBytes = checkMaximumBytes(options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES);
  return withOwnChunks({
    [Symbol.asyncIterator]: () =>
      eachOfFile(path, async function* (source) {
        const layout = await readLayout(source, format);
        requireRoom(source, layout);
        yield* chunksOf(source, layout, rows, maximumBytes);
      }),
  });
}

async function* chunksOf(source: ByteSource, layout: ArrayLayout, most: number, maximumBytes: number) {
  const { shape, fortranOrder } = layout;
  const [rows, ...rest] = shape;
  if (fortranOrder && shape.length > 1) {
    throw new FormatError(
      "bytes has an array in Fortran order, whose rows cannot be read one by one; use loadNpy",
    );
  }
  if (rows === undefined || dataBytes(layout) === 0) {
    throw new FormatError(`bytes has an array of shape ${showShape(shape)}, which has no samples`);
  }
  const columns = rest.reduce((product, dimension) => product * dimension, 1);
  const rowBytes = columns * storedBytes(layout);
  requireChunk(Math.min(rows, most), rowBytes, maximumBytes);
  for (let row = 0; row < rows; row += most) {
    const count = Math.min(most, rows - row);
    const bytes = await source.take(count * rowBytes);
    if (bytes.length < count * rowBytes) requireData(layout, row * rowBytes + bytes.length);
    const data = toNumbers(elementsOf({ ...layout, shape: [count, ...rest] }, bytes));
    yield data instanceof Uint8Array ? data : new Matrix<Float32Array | Float64Array>(data, count, columns);
  }
  if (await source.some()) requireData(layout, "more");
}

/** @throws {FormatError} if a chunk is larger than allowed */
export function requireChunk(rows: number, rowBytes: number, maximumBytes: number): void {
  if (rows * rowBytes <= maximumBytes) return;
  const size = rows === 1 ? "a row takes" : `a chunk of ${rows} rows takes`;
  throw new FormatError(
    `bytes cannot be streamed: ${size} ${rows * rowBytes} bytes, more than maximumBytes (${maximumBytes} bytes)`,
  );
}
