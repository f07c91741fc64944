import { concatenate } from "../common/concatenate.js";
import { Gunzipper } from "./gunzipper.js";
import { isGzip, MAXIMUM_EXPANSION, tooMuch } from "./gzip.js";
import { allocated } from "./typedArrays.js";

/** Where bytes come from, in pieces of any length. */
export interface Pieces {
  readonly pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** How many bytes there are at most; Infinity where nobody knows, as of a pipe. */
  readonly size: number;
}

/** Bytes from beginning to end, decompressed if they are gzip data; no more is kept than is asked for at once. */
export class ByteSource {
  /** Whether the bytes are compressed where they come from. */
  readonly compressed: boolean;
  readonly #pieces: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  /** What came and was not taken yet. */
  #rest: Uint8Array;
  /** How many bytes there can be in all. */
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

  /** How many bytes can still come: as many as the source has, or its compressed bytes can hold. */
  get mostLeft(): number {
    return this.#most - this.#taken;
  }

  /** What is there next, at least a byte; undefined at the end. */
  async some(): Promise<Uint8Array | undefined> {
    const some = this.#rest.length > 0 ? this.#rest : await this.#next();
    this.#rest = new Uint8Array(0);
    this.#taken += some?.length ?? 0;
    return some;
  }

  /** The next `length` bytes, which are left to be taken; fewer where the source ends before. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.#rest.length < length) {
      const next = await this.#next();
      if (next === undefined) break;
      this.#rest = concatenate(Uint8Array, [this.#rest, next]);
    }
    return this.#rest.subarray(0, length);
  }

  /**
   * The next `length` bytes, in memory of their own; fewer where the source ends before.
   *
   * @throws {OutOfMemoryError} when the runtime has no room for them
   */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    // Where nobody knows how many there are, the memory grows with what comes.
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

/** @throws {FormatError} when what has to be decompressed is more than is allowed */
export function requireUnpackable(source: ByteSource, bytes: number, maximumBytes: number): void {
  if (source.compressed && bytes > maximumBytes) throw tooMuch(maximumBytes);
}
