import { boolean, integer, knownKeys, show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import { Matrix } from "../data/matrix.js";
import type { ByteSource } from "../formats/byteSource.js";
import { FOREIGN_START, foreignFile } from "../formats/foreignFile.js";
import { checkMaximumBytes, DEFAULT_MAXIMUM_BYTES } from "../formats/gzip.js";
import { allocated, quote } from "../formats/typedArrays.js";
import { utf8Decoder } from "../formats/utf8.js";
import { type FilePath, filePath } from "./filePath.js";
import { type FileStream, requireChunk, type StreamFileOptions } from "./fileStream.js";
import { eachOfFile } from "./open.js";

/** Options of `streamCsv`. */
export interface StreamCsvOptions extends StreamFileOptions {
  /** Whether to skip the first line, which has names; default false. */
  header?: boolean;
  /** The character between two numbers of a line; default `","`. */
  separator?: string;
}

/** A decimal number with optional white space. No two parts match the same character, so it takes linear time. */
const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const RESERVED = /^[\s\d"+\-.eE]$/;
/** Longest line. A file without line breaks would otherwise fill the memory. */
const LONGEST_LINE = 1 << 26;

/**
 * Reads a file with lines of decimal numbers, plain or gzipped, as a stream of chunks of whole rows in 64-bit floats.
 * Reading is strict: every line must have as many numbers as the first, without quotes, empty fields or empty lines, except
 * at the end. `streamTable` reads all other tables.
 *
 * Errors occur while the file is read, as in `streamIdx`. Messages name the number of the line, counted from 1.
 *
 * @throws {ArgumentError} for invalid options
 *
 * @example
 * ```ts
 * import { saveText, streamCsv } from "isthmus/node";
 *
 * await saveText("points.csv", "x,y\n0.5,1\n2,3\n");
 * for await (const { data, rows } of streamCsv("points.csv", { header: true })) {
 *   console.log(rows, data); // 2 Float64Array(4) [ 0.5, 1, 2, 3 ]
 * }
 * ```
 */
export function streamCsv(path: FilePath, options: StreamCsvOptions = {}): FileStream<Matrix<Float64Array>> {
  const file = filePath(path);
  knownKeys("streamCsv", options, ["rows", "header", "separator", "maximumBytes"]);
  const most = integer("rows", options.rows ?? 1024);
  const maximumBytes = checkMaximumBytes(options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES);
  const header = boolean("header", options.header ?? false);
  const separator = options.separator ?? ",";
  if (
    typeof separator !== "string" ||
    separator.length !== 1 ||
    (RESERVED.test(separator) && separator !== "\t")
  ) {
    throw new ArgumentError(
      `separator must be one character that cannot be part of a number, not ${show(separator)}`,
    );
  }
  return {
    [Symbol.asyncIterator]: () =>
      eachOfFile(file, async function* (source) {
        const foreign = foreignFile(await source.peek(FOREIGN_START), "text");
        if (foreign !== undefined) throw new FormatError(`bytes is ${foreign}, not lines of numbers`);
        const rows = new CsvRows(separator, most, maximumBytes);
        let skip = header;
        for await (const line of linesOf(source)) {
          if (skip) rows.skip();
          else if (rows.add(line) === most) yield rows.take();
          skip = false;
        }
        if (rows.count > 0) yield rows.take();
      }),
  };
}

/** The lines of a file, without line endings. */
async function* linesOf(source: ByteSource): AsyncGenerator<string, void, void> {
  const decoder = utf8Decoder();
  // Parts of the current line. Each part is processed once, even if a long line has many.
  let parts: string[] = [];
  let length = 0;
  const add = (part: string) => {
    length += part.length;
    if (length > LONGEST_LINE) {
      throw new FormatError(`bytes has a line of more than ${LONGEST_LINE} characters`);
    }
    parts.push(part);
  };
  const line = () => {
    const text = parts.join("");
    parts = [];
    length = 0;
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  };
  for (let bytes = await source.some(); bytes; bytes = await source.some()) {
    const [first, ...others] = decoder.decode(bytes, { stream: true }).split("\n");
    add(first!);
    for (const other of others) {
      yield line();
      add(other);
    }
  }
  add(decoder.decode());
  if (length > 0) yield line();
}

/** Collects rows line by line. */
class CsvRows {
  readonly #separator: string;
  /** Limits of a chunk: rows and bytes. */
  readonly #most: number;
  readonly #maximumBytes: number;
  #columns = 0;
  #line = 0;
  #emptyLine = 0;
  /** The rows so far, with room for more. */
  #values = new Float64Array(0);
  count = 0;

  constructor(separator: string, most: number, maximumBytes: number) {
    this.#separator = separator;
    this.#most = most;
    this.#maximumBytes = maximumBytes;
  }

  /** Skips a line. */
  skip(): void {
    this.#line++;
  }

  /** Adds a line; returns how many rows there are now. */
  add(line: string): number {
    this.#line++;
    if (line.trim() === "") {
      this.#emptyLine ||= this.#line;
      return this.count;
    }
    if (this.#emptyLine > 0) throw this.#invalid(this.#emptyLine, "is empty");
    if (line.includes('"')) throw this.#invalid(this.#line, "has quotes, but only plain numbers are allowed");
    const fields = countFields(line, this.#separator);
    this.#columns ||= fields;
    if (fields !== this.#columns) {
      throw this.#invalid(this.#line, `has ${fields} fields, but the lines before it have ${this.#columns}`);
    }
    const values = this.#row();
    let begin = 0;
    for (let column = 0; column < fields; column++) {
      const end = line.indexOf(this.#separator, begin);
      values[column] = this.#number(end < 0 ? line.slice(begin) : line.slice(begin, end), column);
      begin = end + 1;
    }
    return ++this.count;
  }

  /** Returns the rows so far and forgets them. */
  take(): Matrix<Float64Array> {
    const matrix = new Matrix(this.#values.slice(0, this.count * this.#columns), this.count, this.#columns);
    this.count = 0;
    return matrix;
  }

  /** Makes room for the next row. */
  #row(): Float64Array {
    requireChunk(this.count + 1, 8 * this.#columns, this.#maximumBytes);
    const begin = this.count * this.#columns;
    const end = begin + this.#columns;
    if (end > this.#values.length) {
      const length = Math.max(end, Math.min(2 * this.#values.length, this.#most * this.#columns));
      const larger = new Float64Array(allocated(8 * length).buffer);
      larger.set(this.#values);
      this.#values = larger;
    }
    return this.#values.subarray(begin, end);
  }

  /** @throws {FormatError} unless the field is a number in the range of float64 */
  #number(field: string, column: number): number {
    if (!NUMBER.test(field)) throw this.#noNumber(field, column);
    const value = Number(field);
    if (!Number.isFinite(value)) {
      throw this.#invalid(
        this.#line,
        `has ${quote(field.trim())} in column ${column + 1}, which is beyond the range of 64-bit floats, ±1.8e308`,
      );
    }
    return value;
  }

  #noNumber(field: string, column: number): FormatError {
    const hint = this.#line === 1 ? "; pass header: true if the first line has names" : "";
    return this.#invalid(
      this.#line,
      `has ${quote(field)} in column ${column + 1}, which is not a number${hint}`,
    );
  }

  #invalid(line: number, reason: string): FormatError {
    return new FormatError(`line ${line} of bytes ${reason}`);
  }
}

function countFields(line: string, separator: string): number {
  let count = 1;
  for (let at = line.indexOf(separator); at >= 0; at = line.indexOf(separator, at + 1)) count++;
  return count;
}
