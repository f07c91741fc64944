import { utf8Decoder } from "./utf8.js";

/** How many bytes `foreignFile` needs from the start of a file. The last ones identify a tar archive. */
export const FOREIGN_START = 512;

/** The formats that this library reads. A format's own reader does not call it foreign. */
export type OwnFormat = "npy" | "idx" | "safetensors" | "text";

interface Kind {
  /** Name with its article, for use in a sentence. */
  readonly is: string;
  /** Identifying bytes, as Latin-1. */
  readonly magic: string;
  /** Position of these bytes; default 0. */
  readonly at?: number;
  readonly own?: OwnFormat;
}

/** From the formats' specifications. Longer magic numbers come before shorter ones that they begin with. */
const KINDS: readonly Kind[] = [
  { magic: "\x93NUMPY", is: "a NumPy .npy file", own: "npy" },
  { magic: "PK\x03\x04", is: "a zip archive (such as .npz, .keras, .xlsx or PyTorch's .pt)" },
  { magic: "PK\x05\x06", is: "an empty zip archive" },
  { magic: "PK\x07\x08", is: "a part of a zip archive" },
  { magic: "\x89HDF\r\n\x1a\n", is: "an HDF5 file (such as Keras's .h5)" },
  { magic: "PAR1", is: "a Parquet file" },
  { magic: "ARROW1", is: "an Arrow file" },
  { magic: "FEA1", is: "a Feather file" },
  { magic: "Obj\x01", is: "an Avro file" },
  { magic: "SQLite format 3\0", is: "an SQLite database" },
  { magic: "MATLAB 5.0 MAT-file", is: "a MATLAB .mat file" },
  { magic: "TFL3", at: 4, is: "a TensorFlow Lite model" },
  { magic: "\x1f\x8b\x08", is: "gzip data" },
  { magic: "BZh", is: "bzip2 data" },
  { magic: "\xfd7zXZ\0", is: "xz data" },
  { magic: "\x28\xb5\x2f\xfd", is: "Zstandard data" },
  { magic: "7z\xbc\xaf\x27\x1c", is: "a 7-Zip archive" },
  { magic: "Rar!\x1a\x07", is: "a RAR archive" },
  { magic: "ustar", at: 257, is: "a tar archive" },
  { magic: "\x89PNG\r\n\x1a\n", is: "a PNG image" },
  { magic: "\xff\xd8\xff", is: "a JPEG image" },
  { magic: "GIF8", is: "a GIF image" },
  { magic: "II*\0", is: "a TIFF image" },
  { magic: "MM\0*", is: "a TIFF image" },
  { magic: "WEBP", at: 8, is: "a WebP image" },
  { magic: "WAVE", at: 8, is: "a WAV sound" },
  { magic: "%PDF-", is: "a PDF document" },
  { magic: "\x7fELF", is: "a program" },
  { magic: "\0asm", is: "a WebAssembly module" },
  {
    magic: "version https://git-lfs.",
    is: "a Git LFS pointer to a file that was not fetched",
  },
];

/**
 * Guesses what a file is from its first bytes, in words for the sentence "it is …", so that the message of a wrong reader
 * can say so. Only the right reader can tell whether the file is complete.
 *
 * @param bytes the file, or at least its first 512 bytes
 * @param own the reader's own format, which is not foreign
 * @returns undefined if the format is unknown
 */
export function foreignFile(bytes: Uint8Array, own?: OwnFormat): string | undefined {
  // First the formats with reliable checks: a length in one of them may look like another format's magic number.
  if (isSafetensors(bytes)) return own === "safetensors" ? undefined : "a safetensors file";
  if (isIdx(bytes)) return own === "idx" ? undefined : "an IDX file";
  if (isPickle(bytes)) return "a Python pickle (such as .pkl, or PyTorch's older .pt)";
  const start = Array.from(bytes.subarray(0, FOREIGN_START), (byte) => String.fromCharCode(byte)).join("");
  const kind = KINDS.find(({ magic, at = 0 }) => start.startsWith(magic, at));
  if (kind) return kind.own !== undefined && kind.own === own ? undefined : kind.is;
  const text = own === "text" ? undefined : readText(bytes);
  return text === undefined ? undefined : textKind(text);
}

/** Two zeros, a valid type code, and a number of dimensions that fits into the file. */
function isIdx(bytes: Uint8Array): boolean {
  const [zero0, zero1, type = 0, rank = 0] = bytes;
  const known = type >= 0x08 && type <= 0x0e && type !== 0x0a;
  return zero0 === 0 && zero1 === 0 && known && rank > 0 && bytes.length >= 4 + 4 * rank;
}

/** A header length whose upper bytes are zero, then a header that begins with a brace and a quote, or is empty. */
function isSafetensors(bytes: Uint8Array): boolean {
  const [high0, high1, high2, high3, brace, next = 0x22] = bytes.subarray(4);
  return !high0 && !high1 && !high2 && !high3 && brace === 0x7b && [0x22, 0x7d, 0x20, 0x0a].includes(next);
}

/** Protocol 2 to 5, then an opcode; the smallest opcode is an opening parenthesis (Python's Lib/pickletools.py). */
function isPickle(bytes: Uint8Array): boolean {
  const [proto, version = 0, operation = 0] = bytes;
  return proto === 0x80 && version >= 2 && version <= 5 && operation >= 0x28;
}

/** The beginning as text; undefined if it is not UTF-8 or has control characters other than white space. */
function readText(bytes: Uint8Array): string | undefined {
  // Decoders do not accept shared memory, so copy the bytes.
  const start = bytes.slice(0, FOREIGN_START);
  if (start.some((byte) => byte === 0x7f || (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d))))
    return undefined;
  try {
    // As a stream, because the last character may be incomplete.
    return utf8Decoder({ fatal: true }).decode(start, { stream: true }).trim() || undefined;
  } catch {
    return undefined;
  }
}

function textKind(text: string): string {
  if (/^(?:\{\s*["}]|\[\s*[-[\]{"\dtfn])/.test(text)) return "JSON text";
  if (/^<(?:!doctype html|html)/i.test(text))
    return "an HTML page, such as servers send instead of a missing file";
  if (/^<(?:\?xml|svg)/i.test(text)) return "XML text";
  return "text";
}
