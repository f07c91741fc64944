import { concatenate } from "../common/concatenate.js";
import { Gunzipper } from "./gunzipper.js";
import { isGzip, MAXIMUM_EXPANSION, tooMuch } from "./gzip.js";
import { allocated } from "./typedArrays.js";

/** A source of bytes in pieces of any length. */
export interface Pieces {
  readonly pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** The maximum number of bytes; Infinity if unknown, as for a pipe. */
  readonly size: number;
}

/** Reads bytes in order and decompresses gzip data. It keeps no more in memory than one request needs. */
export class ByteSource {
  /** Whether the source is compressed. */
  readonly compressed: boolean;
  readonly #pieces: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  /** Bytes that have arrived but have not been taken yet. */
  #rest: Uint8Array;
  /** The maximum total number of bytes. */
  readonly #most: number;
  #taken = 0;

  private constructor(pieces: AsyncGenerator<Uint8Array, void, void>, most: number, compressed: boolean) {
    this.#pieces = pieces;
    this.#most = most;
    this.compressed = compressed;
    this.#rest = new Uint8Array(0);
  }

  static async open({ pieces, size }: Pieces): Promise<ByteSource> {
    const plain = new ByteSource(each(pieces), size, false);
    if (!isGzip(await plain.peek(2))) return plain;
    return new ByteSource(decompressed(plain), MAXIMUM_EXPANSION * size, true);
  }

  /** The maximum number of bytes left: those of the source, or what its compressed bytes can expand to. */
  get mostLeft(): number {
    return this.#most - this.#taken;
  }

  /** The next bytes, at least one; undefined at the end. */
  async some(): Promise<Uint8Array | undefined> {
    const some = this.#rest.length > 0 ? this.#rest : await this.#next();
    this.#rest = new Uint8Array(0);
    this.#taken += some?.length ?? 0;
    return some;
  }

  /** The next `length` bytes, without taking them; fewer if the source ends earlier. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.#rest.length < length) {
      const next = await this.#next();
      if (next === undefined) break;
      this.#rest = concatenate(Uint8Array, [this.#rest, next]);
    }
    return this.#rest.subarray(0, length);
  }

  /**
   * Takes the next `length` bytes, in their own memory; fewer if the source ends earlier.
   *
   * @throws {OutOfMemoryError} if there is no memory for them
   */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    // If the number is unknown, the memory grows as bytes arrive.
    let taken = allocated(
      Number.isFinite(this.#most) ? Math.min(length, this.mostLeft) : Math.min(length, 1 << 20),
    );
    let size = 0;
    while (size < length) {
      const some = await this.some();
      if (!some) return size === taken.length ? taken : taken.slice(0, size);
      const fitting = some.subarray(0, length - size);
      if (size + fitting.length > taken.length) {
        const larger = allocated(Math.min(length, Math.max(2 * taken.length, size + fitting.length)));
        larger.set(taken);
        taken = larger;
      }
      taken.set(fitting, size);
      size += fitting.length;
      this.#rest = some.subarray(fitting.length);
      this.#taken -= this.#rest.length;
    }
    return size === taken.length ? taken : taken.slice(0, size);
  }

  /** Lets go of where the bytes come from; nothing can be read any more. */
  async close(): Promise<void> {
    await this.#pieces.return?.(undefined);
  }

  async #next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const { done, value } = await this.#pieces.next();
      if (done) return undefined;
      if (value.length > 0) return value;
    }
  }
}

async function* each(pieces: Pieces["pieces"]): AsyncGenerator<Uint8Array, void, void> {
  yield* pieces;
}

async function* decompressed(source: ByteSource): AsyncGenerator<Uint8Array, void, void> {
  const gunzipper = new Gunzipper();
  try {
    for (let piece = await source.some(); piece; piece = await source.some()) yield* gunzipper.push(piece);
    yield* gunzipper.end();
  } finally {
    await source.close();
  }
}

/** @throws {FormatError} if the decompressed data are larger than allowed */
export function requireUnpackable(source: ByteSource, bytes: number, maximumBytes: number): void {
  if (source.compressed && bytes > maximumBytes) throw tooMuch(maximumBytes);
}
