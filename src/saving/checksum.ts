import { FormatError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";
import { crc32 } from "../formats/crc32.js";
import type { NamedTensor } from "../formats/safetensors.js";
import { DTYPES } from "../formats/safetensorsHeader.js";
import { bytesOf } from "../formats/typedArrays.js";
import { encodeUtf8 } from "../formats/utf8.js";

/** Where the checksum stands in `__metadata__`. */
export const CHECKSUM = "isthmus.checksum";

const DTYPE_OF = new Map<string, string>(Array.from(DTYPES, ([dtype, type]) => [type, dtype]));

type Texts = Readonly<Record<string, string>>;

/**
 * What a file's checksum is about: all tensors, and the texts of `__metadata__` that say what they are: `isthmus`,
 * `training`, and those whose keys begin with `isthmus.`. Other texts are the user's, and other tools may change them;
 * nor does the order of tensors and keys in the file matter, which safetensors' `save_file` changes.
 */
function isCovered(key: string): boolean {
  return key === "isthmus" || key === "training" || (key.startsWith("isthmus.") && key !== CHECKSUM);
}

/**
 * The checksum of a file, such as `crc32:0a1b2c3d`: over
 *
 *     [[key, text], …, [name, dtype, shape], …] as JSON without spaces, in UTF-8 | data of the tensors, little-endian
 *
 * with keys and names sorted by UTF-16 code units, and the data in the order of the names. A CRC-32 finds every change of
 * a single bit and all changes within 32 bits in a row, and misses one of 4 billion others. It is meant for accidents:
 * whoever wants to deceive can make it anew. Unlike the hashes of Web Crypto it takes no promise, and any language has it.
 */
function checksum(tensors: Iterable<NamedTensor>, metadata: Texts): string {
  const texts = Object.entries(metadata).filter(([key]) => isCovered(key));
  const sorted = [...tensors].sort((a, b) => order(a.name, b.name));
  const heading = JSON.stringify([
    ...texts.sort(([a], [b]) => order(a, b)),
    ...sorted.map(({ name, shape, data }) => [name, dtypeOf(data), shape]),
  ]);
  let crc = crc32(encodeUtf8(heading));
  for (const { data } of sorted) crc = crc32(bytesOf(data), crc);
  return `crc32:${crc.toString(16).padStart(8, "0")}`;
}

/** As the file's header has it, such as `F32`. */
function dtypeOf(data: NamedTensor["data"]): string | undefined {
  return DTYPE_OF.get(objectTag(data));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The metadata of a file with its checksum. */
export function withChecksum(tensors: Iterable<NamedTensor>, metadata: Texts): Record<string, string> {
  return { ...metadata, [CHECKSUM]: checksum(tensors, metadata) };
}

/**
 * Compares a file's checksum, if it has one, as files from before there was one do not.
 *
 * @throws {FormatError} when the file is not what it was when it was written
 */
export function verifyChecksum(tensors: Iterable<NamedTensor>, metadata: Texts): void {
  const written = metadata[CHECKSUM];
  if (written === undefined || written === checksum(tensors, metadata)) return;
  throw new FormatError(
    `the file is damaged: its tensors or descriptions are not those that its checksum was made from. If another tool ` +
      `has changed them on purpose, remove ${CHECKSUM} from its metadata`,
  );
}
