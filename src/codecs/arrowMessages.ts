import { FormatError } from "../common/errors.js";
import { foreignFile } from "../formats/foreignFile.js";
import { FlatTable } from "./flatbuffer.js";

// Message.fbs and Schema.fbs of Apache Arrow, format version 1.5.
const SCHEMA = 1;
const DICTIONARY = 2;
const RECORDS = 3;

const MAGIC = "ARROW1";
/** Before the length of a message; older files have none. */
const CONTINUATION = 0xffffffff;

/** A message of Arrow's stream, which a file is made of as well. */
export interface ArrowMessage {
  readonly kind: "schema" | "dictionary" | "records";
  /** All of the message, its body included. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly header: FlatTable;
  readonly body: Uint8Array;
}

/**
 * Takes an Arrow file (Feather version 2) or stream apart.
 *
 * @param file in memory that begins at a multiple of 8 bytes, for the arrays in it
 * @throws {FormatError} when it is neither, or is cut short or damaged
 */
export function arrowMessages(file: Uint8Array<ArrayBuffer>): ArrowMessage[] {
  const { begin, end } = bounds(file);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const messages: ArrowMessage[] = [];
  let at = begin;
  while (at + 4 <= end) {
    let length = view.getUint32(at, true);
    const prefix = length === CONTINUATION ? 8 : 4;
    if (prefix === 8) length = at + 8 <= end ? view.getUint32(at + 4, true) : Number.POSITIVE_INFINITY;
    if (length === 0) break;
    const head = at + prefix;
    if (head + length > end) throw invalidArrow("it is cut short");
    const metadata = new DataView(file.buffer, file.byteOffset + head, length);
    const message = inBounds(() => {
      const table = new FlatTable(metadata, 0);
      return { kind: table.byte(1), header: table.table(2), size: table.long(3) };
    });
    const next = head + length + message.size;
    if (!(message.size >= 0 && next <= end)) throw invalidArrow("it is cut short");
    const kind = ({ [SCHEMA]: "schema", [DICTIONARY]: "dictionary", [RECORDS]: "records" } as const)[
      message.kind
    ];
    if (kind === undefined || !message.header) throw invalidArrow(`it has a message of kind ${message.kind}`);
    messages.push({
      kind,
      header: message.header,
      bytes: file.subarray(at, next),
      body: file.subarray(head + length, next),
    });
    at = next;
  }
  return messages;
}

/** Where the stream lies in the file. */
function bounds(file: Uint8Array): { begin: number; end: number } {
  const text = (from: number) =>
    String.fromCharCode(...file.subarray(Math.max(0, from), Math.max(0, from) + 6));
  if (text(0) !== MAGIC) {
    if (file[0] === 0xff && file[1] === 0xff && file[2] === 0xff && file[3] === 0xff)
      return { begin: 0, end: file.length };
    const foreign = foreignFile(file);
    throw new FormatError(
      foreign === undefined
        ? "bytes is not an Arrow file: it does not begin with ARROW1, nor is it an Arrow stream"
        : foreign === "a Feather file"
          ? "bytes is a Feather file of version 1, which is out of use; write it again with version 2"
          : `bytes is ${foreign}, not an Arrow file`,
    );
  }
  const end = file.length - MAGIC.length;
  if (end < 12 || text(end) !== MAGIC) throw invalidArrow("it is cut short: it does not end with ARROW1");
  const footer = new DataView(file.buffer, file.byteOffset, file.byteLength).getUint32(end - 4, true);
  if (footer > end - 12) throw invalidArrow("its footer is longer than the file");
  return { begin: 8, end: end - 4 - footer };
}

/** @throws {FormatError} where a place lies outside the metadata */
export function inBounds<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw invalidArrow("its metadata is damaged", cause);
  }
}

/** The error of a file that begins as Arrow files do, and is none. */
export function invalidArrow(reason: string, cause?: unknown): FormatError {
  return new FormatError(`bytes is not a valid Arrow file: ${reason}`, { cause });
}
