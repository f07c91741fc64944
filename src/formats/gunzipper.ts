import { FormatError } from "../common/errors.js";
import { BitInput } from "./bitInput.js";
import { crc32 } from "./crc32.js";
import { Inflater } from "./inflate.js";

/** Compressed bytes to process at a time. */
const SLICE = 1 << 16;

/** The first bytes of each member. */
const MAGIC = [0x1f, 0x8b];

/** Flags of a member's header (RFC 1952, section 2.3.1). */
const HEADER_CRC = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
const RESERVED = 0xe0;

/** The only compression method. */
const DEFLATE = 8;

/**
 * Decompresses gzip data (RFC 1952) that arrive in pieces: one or more members, with optional zeros between and after them,
 * as gzip and Python accept them.
 *
 *     1f 8b 08 | flags | time, 4 bytes | 2 bytes | what the flags say | deflate data | CRC-32 | length mod 2^32
 */
export class Gunzipper {
  readonly #input = new BitInput();
  readonly #output = this.#members();
  #headerCrc = 0;

  /**
   * Decompresses the next piece of compressed data. The caller owns the results.
   *
   * @throws {FormatError} if the data are corrupt
   */
  *push(compressed: Uint8Array): Generator<Uint8Array, void> {
    for (let begin = 0; begin < compressed.length; begin += SLICE) {
      this.#input.append(compressed.subarray(begin, begin + SLICE));
      yield* this.#drain();
    }
  }

  /**
   * Returns the rest after the last piece.
   *
   * @throws {FormatError} if the data are corrupt or truncated
   */
  *end(): Generator<Uint8Array, void> {
    this.#input.ended = true;
    yield* this.#drain();
  }

  *#drain(): Generator<Uint8Array, void> {
    for (;;) {
      const { done, value } = this.#output.next();
      if (done || value === undefined) return;
      yield value;
    }
  }

  /** All members; `undefined` asks for more input. */
  *#members(): Generator<Uint8Array | undefined, void, void> {
    const inflater = new Inflater(this.#input);
    do {
      yield* this.#header();
      let crc = 0;
      let size = 0;
      for (const piece of inflater.stream()) {
        if (piece !== undefined) {
          crc = crc32(piece, crc);
          size += piece.length;
        }
        yield piece;
      }
      this.#input.align();
      if ((yield* this.#integer()) !== crc) throw damaged("its checksum does not match its contents");
      if ((yield* this.#integer()) !== size % 2 ** 32)
        throw damaged("its length does not match its contents");
    } while (yield* this.#another());
  }

  *#header(): Generator<undefined, void, void> {
    this.#headerCrc = 0;
    for (const wanted of MAGIC) {
      if ((yield* this.#byte()) === wanted) continue;
      throw new FormatError("bytes is gzip data followed by something that is neither gzip data nor zeros");
    }
    const method = yield* this.#byte();
    if (method !== DEFLATE) throw damaged(`its compression method is ${method}, but only 8 is supported`);
    const flags = yield* this.#byte();
    if (flags & RESERVED) throw damaged("its header has unknown flags");
    // Time, compression level and operating system.
    yield* this.#skip(6);
    if (flags & EXTRA) yield* this.#skip((yield* this.#byte()) + 256 * (yield* this.#byte()));
    if (flags & NAME) while ((yield* this.#byte()) !== 0);
    if (flags & COMMENT) while ((yield* this.#byte()) !== 0);
    if (flags & HEADER_CRC) {
      const wanted = this.#headerCrc & 0xffff;
      const crc = (yield* this.#byte()) + 256 * (yield* this.#byte());
      if (crc !== wanted) throw damaged("the checksum of its header is wrong");
    }
  }

  /** Skips zeros; returns whether anything else follows. */
  *#another(): Generator<undefined, boolean, void> {
    const input = this.#input;
    for (;;) {
      if (input.available === 0) {
        if (input.ended) return false;
        yield undefined;
      } else if (input.bytes[input.position >>> 3] === 0) input.position += 8;
      else return true;
    }
  }

  *#skip(count: number): Generator<undefined, void, void> {
    for (let i = 0; i < count; i++) yield* this.#byte();
  }

  *#integer(): Generator<undefined, number, void> {
    yield* this.#input.need(32);
    return this.#input.take(16) + 2 ** 16 * this.#input.take(16);
  }

  /** Reads a byte of a header. */
  *#byte(): Generator<undefined, number, void> {
    yield* this.#input.need(8);
    const byte = this.#input.take(8);
    this.#headerCrc = crc32(Uint8Array.of(byte), this.#headerCrc);
    return byte;
  }
}

function damaged(reason: string): FormatError {
  return new FormatError(`bytes is damaged gzip data: ${reason}`);
}
