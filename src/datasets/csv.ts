import { boolean, integer, knownKeys, show } from "../check.js";
import { ArgumentError, FormatError } from "../errors.js";
import { type FilePath, filePath } from "../formats/filePath.js";
import { quote } from "../formats/typedArrays.js";
import { Matrix } from "../matrix.js";
import { ByteReader } from "./byteReader.js";
import type { FileStream, StreamFileOptions } from "./stream.js";

/** Options of `streamCsv`. */
export interface StreamCsvOptions extends StreamFileOptions {
  /** Whether the first line has names, which are passed over; default false. */
  header?: boolean;
  /** What stands between two numbers of a line: one character; default `","`. */
  separator?: string;
}

/** A decimal number, with white space around it. */
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const RESERVED = /^[\s\d"+\-.eE]$/;
/** No line of numbers is longer; one of a file without line breaks would fill the memory. */
const LONGEST_LINE = 1 << 26;

/**
 * Reads a file of lines of decimal numbers, plain or gzipped, as a stream of chunks of whole rows. It is read strictly:
 * every line has as many numbers as the first, there are no quotes, no empty fields, and no empty lines but at the end.
 *
 * The errors come where the file is read, as of `streamIdx`; those of a line name its number, counted from 1.
 *
 * @throws {ArgumentError} for options out of range
 */
export function streamCsv(path: FilePath, options: StreamCsvOptions = {}): FileStream<Matrix> {
  const file = filePath(path);
  knownKeys("streamCsv", options, ["rows", "header", "separator"]);
  const most = integer("rows", options.rows ?? 1024);
  const header = boolean("header", options.header ?? false);
  const separator = options.separator ?? ",";
  if (
    typeof separator !== "string" ||
    separator.length !== 1 ||
    (RESERVED.test(separator) && separator !== "\t")
  ) {
    throw new ArgumentError(
      `separator must be a character that is no part of a number, not ${show(separator)}`,
    );
  }
  return {
    async *[Symbol.asyncIterator]() {
      const reader = await ByteReader.open(file);
      try {
        const rows = new CsvRows(file, separator);
        let skip = header;
        for await (const line of linesOf(reader)) {
          if (skip) rows.skip();
          else if (rows.add(line) === most) yield rows.take();
          skip = false;
        }
        if (rows.count > 0) yield rows.take();
      } finally {
        reader.close();
      }
    },
  };
}

/** The lines of a file, without what ends them. */
async function* linesOf(reader: ByteReader): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for (let bytes = await reader.some(); bytes; bytes = await reader.some()) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    if (rest.length > LONGEST_LINE) {
      throw new FormatError(`${reader.path} has a line of more than ${LONGEST_LINE} characters`);
    }
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest.endsWith("\r") ? rest.slice(0, -1) : rest;
}

/** Rows that are read line by line. */
class CsvRows {
  readonly #path: string;
  readonly #separator: string;
  #columns = 0;
  #line = 0;
  #emptyLine = 0;
  #values: number[] = [];
  count = 0;

  constructor(path: string, separator: string) {
    this.#path = path;
    this.#separator = separator;
  }

  /** Passes over a line. */
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
    if (line.includes('"')) throw this.#invalid(this.#line, "has quotes, but only plain numbers are read");
    const fields = line.split(this.#separator);
    this.#columns ||= fields.length;
    if (fields.length !== this.#columns) {
      throw this.#invalid(
        this.#line,
        `has ${fields.length} fields, but the lines before it have ${this.#columns}`,
      );
    }
    fields.forEach((field, column) => {
      if (!NUMBER.test(field)) throw this.#noNumber(field, column);
      this.#values.push(Number(field));
    });
    return ++this.count;
  }

  /** The rows so far, which are no longer kept. */
  take(): Matrix {
    const matrix = new Matrix(Float32Array.from(this.#values), this.count, this.#columns);
    this.#values = [];
    this.count = 0;
    return matrix;
  }

  #noNumber(field: string, column: number): FormatError {
    const hint = this.#line === 1 ? "; pass header: true if the first line has names" : "";
    return this.#invalid(
      this.#line,
      `has ${quote(field)} in column ${column + 1}, which is no number${hint}`,
    );
  }

  #invalid(line: number, reason: string): FormatError {
    return new FormatError(`line ${line} of ${this.#path} ${reason}`);
  }
}
