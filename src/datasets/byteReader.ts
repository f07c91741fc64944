import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { FormatError } from "../errors.js";
import { isGzip } from "../formats/gzip.js";
import { unreadable } from "./load.js";

/** Reads a file from its beginning to its end, decompressed if it is gzipped; holds no more than is asked for at once. */
export class ByteReader {
  readonly path: string;
  readonly #file: Readable;
  readonly #source: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  /** What was read and not taken yet. */
  #rest: Uint8Array = new Uint8Array(0);

  private constructor(path: string, gzipped: boolean) {
    this.path = path;
    this.#file = createReadStream(path);
    // An error of the file is handed on to what reads from the decompressor.
    this.#source = gzipped ? pipeline(this.#file, createGunzip(), () => {}) : this.#file;
    this.#chunks = this.#source[Symbol.asyncIterator]();
  }

  /**
   * @throws {ArgumentError} when there is no such file
   * @throws {IsthmusError} of code `ERR_FILE` when the system refuses to read it
   */
  static async open(path: string): Promise<ByteReader> {
    const magic = new Uint8Array(2);
    try {
      const file = await open(path);
      try {
        await file.read(magic);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw unreadable(path, error as NodeJS.ErrnoException);
    }
    return new ByteReader(path, isGzip(magic));
  }

  /** What is there next, at least a byte; undefined at the end. */
  async some(): Promise<Uint8Array | undefined> {
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = new Uint8Array(0);
      return rest;
    }
    try {
      const { done, value } = await this.#chunks.next();
      return done ? undefined : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (code.startsWith("Z_"))
        throw new FormatError(`${this.path} is not gzip data: it is cut short or corrupt`, { cause: error });
      throw unreadable(this.path, error as NodeJS.ErrnoException);
    }
  }

  /** The next `length` bytes; fewer where the file ends before. */
  async take(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length);
    let size = 0;
    while (size < length) {
      const some = await this.some();
      if (!some) return taken.slice(0, size);
      const fitting = some.subarray(0, length - size);
      taken.set(fitting, size);
      size += fitting.length;
      this.#rest = some.subarray(fitting.length);
    }
    return taken;
  }

  /** Closes the file. */
  close(): void {
    this.#source.destroy();
    this.#file.destroy();
  }
}
