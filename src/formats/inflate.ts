import { FormatError } from "../common/errors.js";
import type { BitInput } from "./bitInput.js";
import { type HuffmanCode, huffmanCode } from "./huffman.js";

/** Maximum distance of a match (RFC 1951, section 2). */
const WINDOW = 1 << 15;
/** Bytes to return at a time. */
const PIECE = 1 << 16;
const LONGEST_MATCH = 258;
/** Maximum number of bits of a match: 15 and 5 for its length, 15 and 13 for its distance. */
const LONGEST_SYMBOL = 48;
/** Length of the longest code in bits, which are the index into the table. */
const LOOK = 15;
const END_OF_BLOCK = 256;

/** Extra bits of the symbols for lengths and for distances (RFC 1951, section 3.2.5). */
const LENGTH_BITS = Uint8Array.from({ length: 29 }, (_, i) => (i < 8 || i === 28 ? 0 : (i >> 2) - 1));
const DISTANCE_BITS = Uint8Array.from({ length: 30 }, (_, i) => (i < 4 ? 0 : (i >> 1) - 1));
/** The smallest length and distance of each symbol. */
const LENGTHS = firstValues(LENGTH_BITS, 3);
const DISTANCES = firstValues(DISTANCE_BITS, 1);
// Symbol 285 only stands for the longest match. Symbol 284 with all extra bits set would mean the same.
LENGTHS[28] = LONGEST_MATCH;

function firstValues(bits: Uint8Array, first: number): Uint16Array {
  let value = first;
  return Uint16Array.from(bits, (extra) => {
    const least = value;
    value += 1 << extra;
    return least;
  });
}

/** The order of the code lengths for the code-length code (RFC 1951, section 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The fixed codes, for blocks without their own (RFC 1951, section 3.2.6). */
const fixedCodes = () => ({
  literals: huffmanCode(
    Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
  )!,
  distances: huffmanCode(new Uint8Array(32).fill(5))!,
});
let fixed: ReturnType<typeof fixedCodes> | undefined;

/** Why `symbols` stopped. */
type Stop = "block end" | "full" | "starved";

/**
 * Decompresses deflate data (RFC 1951). The runtimes' own decompressors do not say where the data end, and differ in what
 * may follow. This one stops at the exact bit and returns one piece at a time.
 */
export class Inflater {
  readonly #input: BitInput;
  /** The window, followed by decompressed bytes that have not been returned yet. */
  readonly #output = new Uint8Array(WINDOW + PIECE + LONGEST_MATCH);
  #size = 0;
  /** Bytes before this index have been returned. */
  #handedOut = 0;

  constructor(input: BitInput) {
    this.#input = input;
  }

  /**
   * Decompresses one deflate stream in pieces; `undefined` asks for more input.
   *
   * @throws {FormatError} if the data are corrupt
   */
  *stream(): Generator<Uint8Array | undefined, void, void> {
    const input = this.#input;
    this.#size = 0;
    this.#handedOut = 0;
    for (let last = false; !last; ) {
      yield* input.need(3);
      last = input.take(1) === 1;
      const type = input.take(2);
      if (type === 0) yield* this.#stored();
      else if (type === 1) {
        fixed ??= fixedCodes();
        yield* this.#compressed(fixed.literals, fixed.distances);
      } else if (type === 2) {
        const { literals, distances } = yield* this.#codes();
        yield* this.#compressed(literals, distances);
      } else throw corrupt("it has a block of an unknown type");
    }
    yield* this.#handOut();
  }

  /** Reads a block of uncompressed bytes. */
  *#stored(): Generator<Uint8Array | undefined, void, void> {
    const input = this.#input;
    input.align();
    yield* input.need(32);
    let length = input.take(16);
    if (length !== (input.take(16) ^ 0xffff)) throw corrupt("the two lengths of a block do not match");
    while (length > 0) {
      if (this.#size >= WINDOW + PIECE) yield* this.#handOut();
      yield* input.need(8);
      const begin = input.position >>> 3;
      const count = Math.min(length, input.end - begin, WINDOW + PIECE - this.#size);
      this.#output.set(input.bytes.subarray(begin, begin + count), this.#size);
      this.#size += count;
      input.position += 8 * count;
      length -= count;
    }
  }

  /** Reads the codes at the start of a block. */
  *#codes(): Generator<undefined, { literals: HuffmanCode; distances: HuffmanCode }, void> {
    const input = this.#input;
    yield* input.need(14);
    const literals = input.take(5) + 257;
    const distances = input.take(5) + 1;
    const count = input.take(4) + 4;
    if (literals > 286 || distances > 30) throw corrupt("a block has too many symbols");
    yield* input.need(3 * count);
    const codeLengths = new Uint8Array(ORDER.length);
    for (let i = 0; i < count; i++) codeLengths[ORDER[i]!] = input.take(3);
    const code = huffmanCode(codeLengths);
    // Unlike the other codes, this one must be complete.
    if (!code || code.entries.includes(0)) throw corrupt("the code for a block's codes is invalid");

    const lengths = new Uint8Array(literals + distances);
    for (let i = 0; i < lengths.length; ) {
      // A symbol and its extra bits. After the last symbol, the stream has at least as many bits.
      yield* input.need(14);
      const entry = this.#look(code);
      const symbol = entry >>> 4;
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw corrupt("a block repeats a length before the first");
      const value = symbol === 16 ? lengths[i - 1]! : 0;
      const times =
        symbol === 16 ? 3 + input.take(2) : symbol === 17 ? 3 + input.take(3) : 11 + input.take(7);
      if (i + times > lengths.length) throw corrupt("a block has more lengths than symbols");
      lengths.fill(value, i, i + times);
      i += times;
    }
    if (lengths[END_OF_BLOCK] === 0) throw corrupt("a block has no code for its end");
    const both = [lengths.subarray(0, literals), lengths.subarray(literals)].map((part) => huffmanCode(part));
    if (!both[0] || !both[1]) throw corrupt("a block's code is invalid");
    return { literals: both[0], distances: both[1] };
  }

  /** Looks up the entry of the next code and skips its bits. */
  #look({ entries, mask }: HuffmanCode): number {
    const input = this.#input;
    const entry = entries[input.take(LOOK) & mask]!;
    if (entry === 0) throw corrupt("it has bits that are not a code");
    input.position += (entry & 15) - LOOK;
    return entry;
  }

  /** Reads the rest of a compressed block. */
  *#compressed(literals: HuffmanCode, distances: HuffmanCode): Generator<Uint8Array | undefined, void, void> {
    for (;;) {
      const stop = this.#symbols(literals, distances);
      if (stop === "block end") return;
      if (stop === "full") yield* this.#handOut();
      else yield* this.#input.need(LONGEST_SYMBOL);
    }
  }

  /** Decodes until the block ends, the buffer is full, or the input may not be enough for a symbol. */
  #symbols(literals: HuffmanCode, distances: HuffmanCode): Stop {
    const input = this.#input;
    const { bytes } = input;
    const lastStart = 8 * input.end - LONGEST_SYMBOL;
    const output = this.#output;
    let size = this.#size;
    let position = input.position;
    let stop: Stop = "full";

    while (size < WINDOW + PIECE) {
      if (position > lastStart) {
        stop = "starved";
        break;
      }
      let at = position >>> 3;
      let next = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) >>> (position & 7);
      let entry = literals.entries[next & literals.mask]!;
      if (entry === 0) throw corrupt("it has bits that are not a code");
      position += entry & 15;
      const symbol = entry >>> 4;
      if (symbol < END_OF_BLOCK) {
        output[size++] = symbol;
        continue;
      }
      if (symbol === END_OF_BLOCK) {
        stop = "block end";
        break;
      }

      const kind = symbol - END_OF_BLOCK - 1;
      if (kind >= LENGTHS.length) throw corrupt("it has an unknown length symbol");
      at = position >>> 3;
      next = (bytes[at]! | (bytes[at + 1]! << 8)) >>> (position & 7);
      const length = LENGTHS[kind]! + (next & ((1 << LENGTH_BITS[kind]!) - 1));
      position += LENGTH_BITS[kind]!;

      at = position >>> 3;
      next = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) >>> (position & 7);
      entry = distances.entries[next & distances.mask]!;
      if (entry === 0) throw corrupt("it has bits that are not a code");
      position += entry & 15;
      const far = entry >>> 4;
      if (far >= DISTANCES.length) throw corrupt("it has an unknown distance symbol");
      at = position >>> 3;
      next = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) >>> (position & 7);
      const distance = DISTANCES[far]! + (next & ((1 << DISTANCE_BITS[far]!) - 1));
      position += DISTANCE_BITS[far]!;

      let from = size - distance;
      if (from < 0) throw corrupt("it refers to bytes before its beginning");
      // Byte by byte, because a match may overlap its own output.
      for (const end = size + length; size < end; size++, from++) output[size] = output[from]!;
    }
    input.position = position;
    this.#size = size;
    return stop;
  }

  /** Returns new bytes and keeps the window. */
  *#handOut(): Generator<Uint8Array, void, void> {
    const output = this.#output;
    if (this.#size > this.#handedOut) yield output.slice(this.#handedOut, this.#size);
    if (this.#size > WINDOW) {
      output.copyWithin(0, this.#size - WINDOW, this.#size);
      this.#size = WINDOW;
    }
    this.#handedOut = this.#size;
  }
}

function corrupt(reason: string): FormatError {
  return new FormatError(`bytes is damaged gzip data: ${reason}`);
}
