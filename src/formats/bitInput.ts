import { FormatError } from "../common/errors.js";

/** Extra bytes that may be read beyond the last one, so that the decoder need not check each read. */
const SLACK = 8;

/** Reads compressed data that arrive in pieces, bit by bit from the lowest bit of each byte (RFC 1951, section 3.1.1). */
export class BitInput {
  /** Bytes that have not been read yet, followed by at least 8 unused bytes. */
  bytes = new Uint8Array(SLACK);
  /** Number of valid bytes in `bytes`. */
  end = 0;
  /** Index of the next bit in `bytes`. */
  position = 0;
  /** Whether there will be no more pieces. */
  ended = false;

  /** Adds the next piece. */
  append(piece: Uint8Array): void {
    const read = this.position >>> 3;
    const rest = this.end - read;
    const wanted = rest + piece.length + SLACK;
    const bytes = wanted <= this.bytes.length ? this.bytes : new Uint8Array(wanted);
    bytes.set(this.bytes.subarray(read, this.end));
    bytes.set(piece, rest);
    this.bytes = bytes;
    this.end = rest + piece.length;
    this.position -= 8 * read;
  }

  /** Number of bits that can be read. */
  get available(): number {
    return 8 * this.end - this.position;
  }

  /** Waits for bits: each `undefined` asks for another piece. */
  *need(bits: number): Generator<undefined, void, void> {
    while (this.available < bits) {
      if (this.ended) throw new FormatError("bytes is damaged gzip data: it is truncated");
      yield undefined;
    }
  }

  /** Reads up to 16 bits, which must be available. */
  take(bits: number): number {
    const at = this.position >>> 3;
    const { bytes } = this;
    const three = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    const value = (three >>> (this.position & 7)) & ((1 << bits) - 1);
    this.position += bits;
    return value;
  }

  /** Skips to the next whole byte. */
  align(): void {
    this.position = (this.position + 7) & ~7;
  }
}
