import { inflateSync, type Zippable, zipSync } from "fflate";
import { FormatError } from "../common/errors.js";
import { crc32 } from "../formats/crc32.js";
import { tooMuch } from "../formats/gzip.js";
import { allocated, copyBytes, quote } from "../formats/typedArrays.js";
import { decodeUtf8 } from "../formats/utf8.js";

// PKWARE's APPNOTE 6.3.10: sections 4.3.7, 4.3.12 and 4.3.16.
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_LENGTH = 22;
/** What a size or place reads as that stands in a Zip64 field instead. */
const IN_ZIP64 = 0xffffffff;
const LONGEST_COMMENT = 0xffff;

/** A file in a zip archive, as the archive's directory lists it. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  readonly packed: number;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  /** Place of its own header. */
  readonly at: number;
}

/**
 * The files that a zip archive lists.
 *
 * @throws {FormatError} when its directory is not whole, or it is larger than 4 GiB
 */
export function zipEntries(archive: Uint8Array): ZipEntry[] {
  const view = viewOf(archive);
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === IN_ZIP64)
    throw invalid("it is a Zip64 archive of more than 4 GiB or 65,534 files");
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) throw invalid("its directory is damaged");
    const nameLength = view.getUint16(at + 28, true);
    const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw invalid("its directory is damaged");
    const entry = {
      name: nameOf(archive.subarray(at + 46, at + 46 + nameLength)),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    };
    if ([entry.packed, entry.size, entry.at].includes(IN_ZIP64)) {
      throw invalid(`its file ${quote(entry.name)} has 4 GiB or more`);
    }
    entries.push(entry);
    at = next;
  }
  return entries;
}

/**
 * Unpacks one file of an archive, and checks it.
 *
 * @throws {FormatError} when it is damaged, encrypted, compressed by anything but deflate, or larger than `maximumBytes`
 */
export function unzipEntry(
  archive: Uint8Array,
  entry: ZipEntry,
  maximumBytes: number,
): Uint8Array<ArrayBuffer> {
  const { name, size, packed, method, at } = entry;
  const damaged = (why: string) => invalid(`its file ${quote(name)} ${why}`);
  if (size > maximumBytes) throw tooMuch(maximumBytes);
  if (entry.encrypted) throw damaged("is encrypted");
  if (method !== 0 && method !== 8)
    throw damaged(`is compressed by method ${method}, but only deflate is read`);
  const view = viewOf(archive);
  if (at + 30 > archive.length || view.getUint32(at, true) !== LOCAL)
    throw damaged("has no header of its own");
  const begin = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (begin + packed > archive.length) throw damaged("is cut short");
  const content = archive.subarray(begin, begin + packed);
  const bytes = method === 0 ? copyBytes(content) : inflated(content, size, damaged);
  if (bytes.length !== size || crc32(bytes) !== entry.crc)
    throw damaged("does not have the checksum that it should");
  return bytes;
}

function inflated(content: Uint8Array, size: number, damaged: (why: string) => FormatError) {
  // Deflate has no more than this in so few bytes.
  if (size > 1032 * content.length)
    throw damaged(`is said to unpack to ${size} bytes, more than it can hold`);
  const out = allocated(size);
  try {
    const { length } = inflateSync(content, { out });
    return length === size ? out : out.subarray(0, length);
  } catch (cause) {
    throw new FormatError(damaged("is damaged deflate data").message, { cause });
  }
}

/**
 * Packs files, always to the same bytes.
 *
 * @param files their content by their names
 */
export function zip(files: ReadonlyMap<string, Uint8Array>, compress: boolean): Uint8Array<ArrayBuffer> {
  const tree: Zippable = Object.create(null);
  // The date is the earliest that zip knows, in local time as zip has it.
  for (const [name, bytes] of files) tree[name] = [bytes, { mtime: new Date(1980, 0, 1) }];
  return zipSync(tree, { level: compress ? 6 : 0 });
}

/** Place of the record that ends an archive; a comment may follow it. */
function endOf(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_LENGTH - LONGEST_COMMENT);
  for (let at = view.byteLength - END_LENGTH; at >= first; at--) {
    if (
      view.getUint32(at, true) === END &&
      at + END_LENGTH + view.getUint16(at + 20, true) === view.byteLength
    )
      return at;
  }
  throw invalid("it is cut short: its directory, at the end, is missing");
}

/** UTF-8, or else Latin-1, of which old archives' code pages are kin. */
function nameOf(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function invalid(reason: string): FormatError {
  return new FormatError(`bytes is not a valid zip archive: ${reason}`);
}
