import { FormatError } from "../common/errors.js";
import { decodeUtf8 } from "../formats/utf8.js";

/** The address of what is nowhere. */
export const NOWHERE_ADDRESS = -1;

/** Bytes of an HDF5 file, read where its addresses point; everything is checked to lie within the file. */
export class Hdf5Input {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @throws {FormatError} unless there are `length` bytes at `at` */
  need(at: number, length: number): void {
    if (at < 0 || length < 0 || at + length > this.bytes.length) {
      throw invalid(`it is cut short, or points to byte ${at} of ${this.bytes.length}`);
    }
  }

  u8(at: number): number {
    this.need(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    this.need(at, 2);
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    this.need(at, 4);
    return this.#view.getUint32(at, true);
  }

  /** A length or an address, which must be below 2^53; all ones are `NOWHERE_ADDRESS`. */
  u64(at: number): number {
    this.need(at, 8);
    const value = this.#view.getBigUint64(at, true);
    if (value === 0xffffffffffffffffn) return NOWHERE_ADDRESS;
    if (value > Number.MAX_SAFE_INTEGER) throw invalid(`it has the length or address ${value}`);
    return Number(value);
  }

  /** An unsigned integer of `width` bytes. */
  uint(at: number, width: number): number {
    return width === 1 ? this.u8(at) : width === 2 ? this.u16(at) : width === 4 ? this.u32(at) : this.u64(at);
  }

  slice(at: number, length: number): Uint8Array {
    this.need(at, length);
    return this.bytes.subarray(at, at + length);
  }

  /** @throws {FormatError} unless these four letters are at `at` */
  expect(at: number, letters: string, what: string): void {
    const found = String.fromCharCode(...this.slice(at, letters.length));
    if (found !== letters) throw invalid(`there is no ${what} at byte ${at}`);
  }

  /** Text up to a zero, or to `end`. */
  text(at: number, end: number): string {
    this.need(at, end - at);
    const zero = this.bytes.subarray(at, end).indexOf(0);
    return textOf(this.bytes.subarray(at, zero < 0 ? end : at + zero));
  }
}

/** @throws {FormatError} unless the bytes are UTF-8 */
export function textOf(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes.slice());
  } catch (cause) {
    throw new FormatError(invalid("a text of it is not UTF-8").message, { cause });
  }
}

export function invalid(reason: string): FormatError {
  return new FormatError(`bytes is not a valid HDF5 file: ${reason}`);
}

/** What the format has, but this reader does not read. */
export function unread(what: string): FormatError {
  return new FormatError(
    `bytes is an HDF5 file with ${what}, which is not read; write it with h5py's defaults (no compression, no libver)`,
  );
}
