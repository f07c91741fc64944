import { decodeIdx, gunzip, type IdxData, isGzip } from "../../formats/index.js";
import { FormatError } from "../../index.js";
import { PIXELS, SIDE } from "./pictures.js";

/**
 * The pictures of an IDX file, plain or gzipped, as bytes of ink.
 *
 * @throws {FormatError} when it is none, or not one of pictures of 28×28; the message names the file
 */
export async function readPictures(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    const { shape, data } = decodeIdx(isGzip(bytes) ? await gunzip(bytes) : bytes);
    checkShape(shape);
    return toBytes(data);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { message } = error;
    const reason = message.startsWith("bytes ") ? message.slice("bytes ".length) : message;
    throw new FormatError(`${name} ${reason}`, { cause: error });
  }
}

function checkShape(shape: readonly number[]): void {
  if (shape.length === 1) {
    throw new FormatError(`holds ${shape[0]} single values, labels it seems, but pictures are wanted`);
  }
  const values = shape.slice(1).reduce((product, side) => product * side, 1);
  const square = shape.length === 2 || (shape.length === 3 && shape[1] === SIDE);
  if (!square || values !== PIXELS) {
    const sides = shape.slice(1).join("×");
    throw new FormatError(`holds samples of ${sides}, but this page takes pictures of ${SIDE}×${SIDE}`);
  }
  if (shape[0]! < 2) throw new FormatError("holds one picture, but at least 2 are wanted");
}

/** Bytes stay; numbers from 0 to 1 are taken for shares of ink, others for bytes. */
function toBytes(data: IdxData): Uint8Array {
  if (data instanceof Uint8Array) return data;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (!Number.isFinite(value)) throw new FormatError(`holds ${value}, but all values must be finite`);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low < 0 || high > 255) {
    throw new FormatError(`holds values from ${low} to ${high}, but 0 to 1 or 0 to 255 is wanted`);
  }
  const scale = high <= 1 ? 255 : 1;
  return Uint8Array.from(data, (value) => Math.round(scale * value));
}
