import { FormatError } from "../common/errors.js";

/** Bytes beyond the last one that may be looked at, which saves the decoder a check for each. */
const SLACK = 8;

/** Compressed data that come in pieces, read bit by bit from the lowest bit of each byte up (RFC 1951, section 3.1.1). */
export class BitInput {
  /** What came and was not read yet, then at least 8 bytes that mean nothing. */
  bytes = new Uint8Array(SLACK);
  /** How many of `bytes` there are. */
  end = 0;
  /** The next bit, counted from the first of `bytes`. */
  position = 0;
  /** Whether no more will come. */
  ended = false;

  /** Adds what comes next. */
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

  /** Bits that can be read. */
  get available(): number {
    return 8 * this.end - this.position;
  }

  /** Waits for bits: each `undefined` asks for a piece more. */
  *need(bits: number): Generator<undefined, void, void> {
    while (this.available < bits) {
      if (this.ended) throw new FormatError("bytes is damaged gzip data: it is cut short");
      yield undefined;
    }
  }

  /** The next bits, up to 16, which have to be there. */
  take(bits: number): number {
    const at = this.position >>> 3;
    const { bytes } = this;
    const three = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    const value = (three >>> (this.position & 7)) & ((1 << bits) - 1);
    this.position += bits;
    return value;
  }

  /** Goes on to the next whole byte. */
  align(): void {
    this.position = (this.position + 7) & ~7;
  }
}
