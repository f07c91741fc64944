import { FormatError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";
import { crc32 } from "../formats/crc32.js";
import type { NamedTensor } from "../formats/safetensors.js";
import { DTYPES } from "../formats/safetensorsHeader.js";
import { bytesOf, keyOf } from "../formats/typedArrays.js";
import { encodeUtf8 } from "../formats/utf8.js";

/** Key of the checksum in `__metadata__`. */
export const CHECKSUM = "isthmus.checksum";

type Texts = Readonly<Record<string, string>>;

/**
 * The checksum covers all tensors and the texts of `__metadata__` that describe them: `isthmus`, `training`, and keys that
 * begin with `isthmus.`. It ignores the user's own texts, which other tools may change, and the order of tensors and keys,
 * which safetensors' `save_file` changes.
 */
function isCovered(key: string): boolean {
  return key === "isthmus" || key === "training" || (key.startsWith("isthmus.") && key !== CHECKSUM);
}

/**
 * Computes the checksum of a file, such as `crc32:0a1b2c3d`, over
 *
 *     [[key, text], …, [name, dtype, shape], …] as JSON without spaces, in UTF-8 | data of the tensors, little-endian
 *
 * with keys and names sorted by UTF-16 code units, and the data in the order of the names. A CRC-32 detects all changes
 * within 32 consecutive bits and misses one in 4 billion others. It protects against accidents, not against attackers, who
 * can recompute it. Unlike the hashes of Web Crypto it is synchronous, and it exists in every language.
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

/** The type's name in the file's header, such as `F32`. */
function dtypeOf(data: NamedTensor["data"]): string | undefined {
  return keyOf<string, string>(DTYPES, objectTag(data));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Adds the checksum to the metadata of a file. */
export function withChecksum(tensors: Iterable<NamedTensor>, metadata: Texts): Record<string, string> {
  return { ...metadata, [CHECKSUM]: checksum(tensors, metadata) };
}

/**
 * Verifies a file's checksum. Old files have none.
 *
 * @throws {FormatError} if the file has changed since it was written
 */
export function verifyChecksum(tensors: Iterable<NamedTensor>, metadata: Texts): void {
  const written = metadata[CHECKSUM];
  if (written === undefined || written === checksum(tensors, metadata)) return;
  throw new FormatError(
    `the file is damaged: its tensors or descriptions do not match its checksum. If another tool has changed them on ` +
      `purpose, remove ${CHECKSUM} from the metadata`,
  );
}
