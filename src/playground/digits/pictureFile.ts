import { decodeIdx, gunzip, type IdxData, isGzip } from "../../formats/index.js";
import { FormatError } from "../../index.js";
import { PIXELS, SIDE } from "./pictures.js";

/**
 * Reads the pictures of an IDX file, plain or gzipped, as bytes of ink.
 *
 * @throws {FormatError} unless it is an IDX file of 28×28 pictures; the message names the file
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
    throw new FormatError(`has ${shape[0]} single values, probably labels, but this page needs pictures`);
  }
  const values = shape.slice(1).reduce((product, side) => product * side, 1);
  const square = shape.length === 2 || (shape.length === 3 && shape[1] === SIDE);
  if (!square || values !== PIXELS) {
    const sides = shape.slice(1).join("×");
    throw new FormatError(`has samples of ${sides}, but this page needs pictures of ${SIDE}×${SIDE}`);
  }
  if (shape[0]! < 2) throw new FormatError("has one picture, but this page needs at least 2");
}

/** Converts to bytes: numbers from 0 to 1 are scaled to 255; larger ones count as bytes already. */
function toBytes(data: IdxData): Uint8Array {
  if (data instanceof Uint8Array) return data;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (!Number.isFinite(value))
      throw new FormatError(`has the value ${value}, but all values must be finite`);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low < 0 || high > 255) {
    throw new FormatError(`has values from ${low} to ${high}, but they must be from 0 to 1 or from 0 to 255`);
  }
  const scale = high <= 1 ? 255 : 1;
  return Uint8Array.from(data, (value) => Math.round(scale * value));
}
