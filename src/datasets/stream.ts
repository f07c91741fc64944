import { integer, knownKeys } from "../check.js";
import { FormatError } from "../errors.js";
import { type FilePath, filePath } from "../formats/filePath.js";
import { decodeIdxElements, idxElementSize, idxHeaderLength, readIdxHeader } from "../formats/idx.js";
import { decodeNpyElements, NPY_START, npyHeaderLength, readNpyLayout } from "../formats/npy.js";
import { toNumbers } from "../formats/samples.js";
import { bytesPerElement, type NumericArray, showShape } from "../formats/typedArrays.js";
import { Matrix } from "../matrix.js";
import { ByteReader } from "./byteReader.js";
import { inPath } from "./load.js";

/** Options of all sources that stream from a file. */
export interface StreamFileOptions {
  /** Rows of a chunk; default 1024. The last one may have fewer. */
  rows?: number;
}

/**
 * Samples read from a file chunk by chunk: bytes as `Uint8Array`, other numbers as a `Matrix` of floats. Each time it
 * is gone through, the file is read anew.
 */
export type FileStream<T extends Uint8Array | Matrix = Uint8Array | Matrix> = AsyncIterable<T>;

/** What a header says of the rows that follow it. */
interface Layout {
  readonly shape: readonly number[];
  readonly elementSize: number;
  /** The elements of some rows, in the byte order of the machine. */
  decode(bytes: Uint8Array): NumericArray;
}

/**
 * Reads an IDX file, plain or gzipped, as a stream of chunks of whole rows.
 *
 * The errors come where the file is read: {ArgumentError} when there is no such file, {FormatError} when it is not one
 * whole IDX file, {IsthmusError} of code `ERR_FILE` when the system refuses to read it.
 *
 * @throws {ArgumentError} for options out of range
 */
export function streamIdx(path: FilePath, options: StreamFileOptions = {}): FileStream {
  return fileStream("streamIdx", path, options, async (reader) => {
    const start = await reader.take(4);
    const rest = await reader.take(idxHeaderLength(start) - 4);
    const { type, shape } = readIdxHeader(joined(start, rest));
    return {
      shape,
      elementSize: idxElementSize(type),
      decode: (bytes) => decodeIdxElements(type, bytes),
    };
  });
}

/**
 * Reads a NumPy `.npy` file, plain or gzipped, as a stream of chunks of whole rows. Errors as of `streamIdx`; a file in
 * Fortran order is refused, since its rows do not stand together.
 *
 * @throws {ArgumentError} for options out of range
 */
export function streamNpy(path: FilePath, options: StreamFileOptions = {}): FileStream {
  return fileStream("streamNpy", path, options, async (reader) => {
    const start = await reader.take(NPY_START);
    const rest = await reader.take(Math.max(0, npyHeaderLength(start) - NPY_START));
    const layout = readNpyLayout(joined(start, rest));
    const { type, shape, fortranOrder } = layout;
    if (fortranOrder && shape.length > 1) {
      throw new FormatError(
        "bytes holds an array in Fortran order, whose rows cannot be read one after the other; use loadNpy",
      );
    }
    return {
      shape,
      elementSize: bytesPerElement(type),
      decode: (bytes) => decodeNpyElements(layout, bytes),
    };
  });
}

function fileStream(
  name: string,
  where: FilePath,
  options: StreamFileOptions,
  readLayout: (reader: ByteReader) => Promise<Layout>,
): FileStream {
  const path = filePath(where);
  knownKeys(name, options, ["rows"]);
  const rows = integer("rows", options.rows ?? 1024);
  return {
    async *[Symbol.asyncIterator]() {
      const reader = await ByteReader.open(path);
      try {
        const layout = await inPath(path, () => readLayout(reader));
        yield* chunksOf(reader, layout, rows);
      } finally {
        reader.close();
      }
    },
  };
}

async function* chunksOf(reader: ByteReader, { shape, elementSize, decode }: Layout, most: number) {
  const { path } = reader;
  const [rows, ...rest] = shape;
  const columns = rest.reduce((product, dimension) => product * dimension, 1);
  if (rows === undefined || rows * columns === 0) {
    throw new FormatError(
      `${path} holds an array of shape ${showShape(shape)}, in which there are no samples`,
    );
  }
  const wanted = rows * columns * elementSize;
  const needs = `its shape ${showShape(shape)} wants ${wanted} bytes of data`;
  if (!Number.isSafeInteger(wanted)) throw new FormatError(`${path} is not valid: ${needs}`);
  for (let row = 0; row < rows; row += most) {
    const count = Math.min(most, rows - row);
    const length = count * columns * elementSize;
    const bytes = await reader.take(length);
    if (bytes.length < length) {
      const available = row * columns * elementSize + bytes.length;
      throw new FormatError(`${path} is not valid: ${needs}, but only ${available} follow the header`);
    }
    const data = toNumbers(decode(bytes));
    yield data instanceof Uint8Array ? data : new Matrix(data, count, columns);
  }
  if (await reader.some())
    throw new FormatError(`${path} is not valid: ${needs}, but more follow the header`);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
