import { concatenate } from "../common/concatenate.js";
import { Gunzipper } from "./gunzipper.js";
import { isGzip, MAXIMUM_EXPANSION, tooMuch } from "./gzip.js";
import { allocated } from "./typedArrays.js";

/** A source of bytes in pieces of any length. */
export interface Pieces {
  /** A generator is told how many bytes are wanted: it need not give as many, and may give more. */
  readonly pieces:
    | AsyncIterable<Uint8Array>
    | Iterable<Uint8Array>
    | AsyncGenerator<Uint8Array, void, Wanted>;
  /** Whether each piece has memory of its own, which nobody else uses; default false. */
  readonly own?: boolean;
  /** The maximum number of bytes; Infinity if unknown, as for a pipe. */
  readonly size: number;
}

/** How many bytes are wanted, if that is known. */
type Wanted = number | undefined;

/** Reads bytes in order and decompresses gzip data. It keeps no more in memory than one request needs. */
export class ByteSource {
  /** Whether the source is compressed. */
  readonly compressed: boolean;
  readonly #pieces: AsyncIterator<Uint8Array, void, Wanted>;
  /** Bytes that have arrived but have not been taken yet. */
  #rest: Uint8Array;
  /** The maximum total number of bytes. */
  readonly #most: number;
  /** Whether each piece has memory of its own. */
  readonly #own: boolean;
  #taken = 0;

  private constructor(
    pieces: AsyncIterator<Uint8Array, void, Wanted>,
    most: number,
    { compressed = false, own = false },
  ) {
    this.#pieces = pieces;
    this.#most = most;
    this.compressed = compressed;
    this.#own = own;
    this.#rest = new Uint8Array(0);
  }

  static async open({ pieces, size, own }: Pieces): Promise<ByteSource> {
    const plain = new ByteSource(each(pieces), size, { own });
    if (!isGzip(await plain.peek(2))) return plain;
    return new ByteSource(decompressed(plain), MAXIMUM_EXPANSION * size, { compressed: true });
  }

  /** The maximum number of bytes left: those of the source, or what its compressed bytes can expand to. */
  get mostLeft(): number {
    return this.#most - this.#taken;
  }

  /**
   * The next bytes, at least one; undefined at the end.
   *
   * @param wanted how many of them will be needed; there may be more or fewer
   */
  async some(wanted?: number): Promise<Uint8Array | undefined> {
    const some = this.#rest.length > 0 ? this.#rest : await this.#next(wanted);
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
    if (await this.#holdsJust(length)) return (await this.some()) as Uint8Array<ArrayBuffer>;
    // If the number is unknown, the memory grows as bytes arrive.
    let taken = allocated(
      Number.isFinite(this.#most) ? Math.min(length, this.mostLeft) : Math.min(length, 1 << 20),
    );
    let size = 0;
    while (size < length) {
      const some = await this.some(length - size);
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

  /** Whether the bytes that have arrived are the next `length`, in their own memory. */
  async #holdsJust(length: number): Promise<boolean> {
    if (!this.#own || length === 0) return false;
    if (this.#rest.length === 0) this.#rest = (await this.#next(length)) ?? this.#rest;
    return this.#rest.length === length && this.#rest.buffer.byteLength === length;
  }

  /** Lets go of where the bytes come from; nothing can be read any more. */
  async close(): Promise<void> {
    await this.#pieces.return?.(undefined);
  }

  async #next(wanted?: number): Promise<Uint8Array | undefined> {
    for (;;) {
      const { done, value } = await this.#pieces.next(wanted);
      if (done) return undefined;
      if (value.length > 0) return value;
    }
  }
}

async function* each(pieces: Pieces["pieces"]): AsyncGenerator<Uint8Array, void, Wanted> {
  yield* pieces as AsyncIterable<Uint8Array, void, Wanted>;
}

async function* decompressed(source: ByteSource): AsyncGenerator<Uint8Array, void, Wanted> {
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
