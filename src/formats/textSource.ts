import { isOptions, show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";
import { ByteSource, type Pieces } from "./byteSource.js";
import { FOREIGN_START, foreignFile } from "./foreignFile.js";
import { tooMuch } from "./gzip.js";
import { type FileBytes, requireBytes } from "./typedArrays.js";
import { strictDecoder } from "./utf8.js";

/**
 * Where a table comes from: text; the bytes of a file, plain or gzipped; a `Blob` or `File`; or bytes in pieces, such as a
 * response's `body`, or `process.stdin` in Node.
 */
export type TableSource =
  | string
  | FileBytes
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

/** Text of which a piece is handed on at a time. */
const PIECE = 1 << 16;

/**
 * The text of a source, piece by piece.
 *
 * @param encoding a label that `TextDecoder` knows; default UTF-8, or UTF-16 where a byte order mark says so
 * @param maximumBytes the most that compressed bytes may unpack to
 * @throws {FormatError} for a file of another kind, and bytes that are no text of the encoding
 */
export async function* textOf(
  source: ByteSource,
  encoding: string | undefined,
  maximumBytes: number,
): AsyncGenerator<string, void, void> {
  const start = await source.peek(FOREIGN_START);
  const kind = foreignFile(start);
  if (kind !== undefined && kind !== "text" && kind !== "JSON text") {
    throw new FormatError(`bytes is ${kind}, not a table of text (CSV, TSV or JSON)`);
  }
  const label = encoding ?? markedEncoding(start) ?? "utf-8";
  const decoder = strictDecoder(label);
  let line = 1;
  let size = 0;
  for (let bytes = await source.some(); bytes; bytes = await source.some()) {
    size += bytes.length;
    if (source.compressed && size > maximumBytes) throw tooMuch(maximumBytes);
    for (let at = 0; at < bytes.length; at += PIECE) {
      // Decoders take no shared memory, so they get a copy.
      const piece = bytes.slice(at, at + PIECE);
      const text = decoded(() => decoder.decode(piece, { stream: true }), piece, label, line);
      line += countLines(piece);
      if (text !== "") yield text;
    }
  }
  const rest = decoded(() => decoder.decode(), new Uint8Array(0), label, line);
  if (rest !== "") yield rest;
}

/** The encoding that a byte order mark stands for. */
function markedEncoding([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return undefined;
}

function decoded(decode: () => string, piece: Uint8Array, label: string, line: number): string {
  try {
    return decode();
  } catch (cause) {
    throw new FormatError(
      `line ${line + linesBeforeDamage(piece)} of bytes is not text in ${label}; pass its encoding, such as "windows-1252" (option encoding)`,
      { cause },
    );
  }
}

/** How many lines of a piece of UTF-8 come before what is none. */
function linesBeforeDamage(piece: Uint8Array): number {
  const decoder = strictDecoder("utf-8");
  let lines = 0;
  // The first bytes may belong to a character of the piece before.
  let begin = piece.findIndex((byte) => (byte & 0xc0) !== 0x80);
  for (let end = piece.indexOf(0x0a, begin); begin >= 0 && end >= 0; end = piece.indexOf(0x0a, begin)) {
    try {
      decoder.decode(piece.subarray(begin, end + 1));
    } catch {
      break;
    }
    lines++;
    begin = end + 1;
  }
  return lines;
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++;
  return lines;
}

/** @throws {ArgumentError} for what the runtime's decoder does not know */
export function requireEncoding(encoding: unknown): string {
  try {
    if (typeof encoding === "string") return strictDecoder(encoding).encoding;
  } catch {
    // As below.
  }
  throw new ArgumentError(
    `encoding must be a name that TextDecoder knows, such as "utf-8" or "windows-1252", not ${show(encoding)}`,
  );
}

/** @throws {ArgumentError} for anything but bytes and what gives bytes */
export async function openSource(source: Exclude<TableSource, string>): Promise<ByteSource> {
  return ByteSource.open(piecesOf(source));
}

function piecesOf(source: unknown): Pieces {
  const size = Number.POSITIVE_INFINITY;
  if (typeof source === "object" && source !== null) {
    if (ArrayBuffer.isView(source) || objectTag(source) === "ArrayBuffer") {
      const bytes = requireBytes(source);
      return { pieces: [bytes], size: bytes.length };
    }
    const stream = source as { stream?: unknown; getReader?: unknown };
    if (typeof stream.stream === "function") return piecesOf(stream.stream());
    // Not every browser lets a stream be iterated.
    if (typeof stream.getReader === "function") return { pieces: readAll(source as ReadableStream), size };
    if (Symbol.asyncIterator in source || Symbol.iterator in source) {
      return { pieces: checked(source as AsyncIterable<unknown>), size };
    }
  }
  throw new ArgumentError(
    `source must be a text, the bytes of a file, a Blob, or a stream or an iterable of bytes, not ${show(source)}`,
  );
}

async function* readAll(stream: ReadableStream<unknown>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield requirePiece(value);
    }
  } finally {
    if (!ended) await reader.cancel();
    reader.releaseLock();
  }
}

async function* checked(
  pieces: AsyncIterable<unknown> | Iterable<unknown>,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of pieces) yield requirePiece(piece);
}

function requirePiece(piece: unknown): Uint8Array {
  if (ArrayBuffer.isView(piece) || objectTag(piece) === "ArrayBuffer") return requireBytes(piece);
  const hint = isOptions(piece) ? "; tableFromRecords takes objects" : "";
  throw new ArgumentError(`the pieces of source must be bytes, not ${show(piece)}${hint}`);
}
