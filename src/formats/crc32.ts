/** Bytes that are taken in at a time; each has a table of its own. */
const SLICES = 8;

/**
 * TABLES[256·k + b] is what a byte b comes to when k more bytes follow it: "slicing by 8", M. Kounavis and F. Berry,
 * "A Systematic Approach to Building High Performance Software-based CRC Generators", 2005. Several times as fast as
 * byte after byte.
 */
const TABLES = makeTables();

/** By the polynomial x³² + x²⁶ + … + 1 of ISO 3309, its bits reversed. */
function makeTables(): Int32Array {
  const tables = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256]!;
    tables[i] = tables[before & 0xff]! ^ (before >>> 8);
  }
  return tables;
}

/**
 * The CRC-32 of gzip, PNG and zip (RFC 1952, section 8), as Python's `zlib.crc32`.
 *
 * @param before the CRC of the bytes before these, to go on from; 0 for none
 * @returns an integer from 0 to 2³² − 1
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  const t = TABLES;
  const whole = bytes.length - (bytes.length % SLICES);
  let crc = ~before;
  let i = 0;
  for (; i < whole; i += SLICES) {
    const low = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    crc =
      t[1792 + (low & 0xff)]! ^
      t[1536 + ((low >>> 8) & 0xff)]! ^
      t[1280 + ((low >>> 16) & 0xff)]! ^
      t[1024 + (low >>> 24)]! ^
      t[768 + bytes[i + 4]!]! ^
      t[512 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = t[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
